import type { FixHistoryItem } from '../../model/fix-report.ts'
import { tool } from '../../model/tool.ts'
import type { Topology } from '../../model/topology.ts'
import type { StatePort } from '../../ports/write/state.ts'
import type { Journal, JournaledStep } from '../journal/journal.ts'
import { pathOf, readFix, whyNotRead } from '../journal/fixes.ts'
import { lastOpen, listFixes } from '../journal/history.ts'
import { takeLock, type TakenLock } from '../journal/lock.ts'
import { continueJournal, JournalError, openJournal } from '../journal/open.ts'
import type { JournalState } from '../journal/read.ts'
import { isAlive, thisProcess, type Owner } from '../owner.ts'
import { openRepairPorts, toldRepairPorts, type RepairPorts } from '../ports.ts'
import type { RepairWorld } from '../ops/op.ts'
import type { InterruptedRun } from './fix.ts'
import { isOpen } from './undo.ts'
import type { EarlierRun } from './undo-run.ts'

export interface LiveRepairOptions {
  readonly env: NodeJS.ProcessEnv
  readonly kubeconfig?: string
  readonly log: (entry: { readonly [key: string]: unknown }) => void
}

/** What repairs need of the real world: where they keep what they do, and what changes it. */
export class LiveRepairs {
  readonly #options: LiveRepairOptions
  readonly #state: StatePort
  readonly #owner: Owner = thisProcess()
  #ports: Promise<RepairPorts> | undefined

  constructor(options: LiveRepairOptions, state: StatePort) {
    this.#options = options
    this.#state = state
  }

  /** What there is to say of where it is kept. */
  get notes(): string[] {
    return this.#state.note === null ? [] : [this.#state.note]
  }

  /** Not opened before something is to be changed. */
  ports(): Promise<RepairPorts> {
    this.#ports ??= openRepairPorts(this.#options.env, this.#options.kubeconfig).then((ports) => toldRepairPorts(ports, this.#options.log))
    return this.#ports
  }

  openWorld = async (topology: Topology): Promise<RepairWorld> => ({ ports: await this.ports(), topology })

  /** One run that changes things at a time. */
  lock(command: string): Promise<TakenLock> {
    return takeLock(this.#state, this.#owner, command, { isAlive, now: now() })
  }

  async openJournal(command: 'fix' | 'setup', topology: Pick<Topology, 'clusters'>): Promise<Journal> {
    const { docker } = await this.ports()
    const clusters = topology.clusters.map((one) => one.name)
    return openJournal(this.#state, { command, clusters, engine: docker.endpoint, version: tool.version, owner: this.#owner, now: now() })
  }

  /** The newest run on this engine that was ended in the middle. */
  async interrupted(): Promise<InterruptedRun | null> {
    const open = await lastOpen(this.#state, this.#asker())
    if (open === null || open.engine !== (await this.ports()).docker.endpoint) return null
    const steps = stepsOf(open)
    if (!steps.some(isOpen)) return null
    return { id: open.id, steps, wasUndoing: open.last.command === 'undo', resume: () => this.#resume(open.id, 'fix') }
  }

  /** The newest run of which something is to be taken back. */
  async #newestOpen(): Promise<string | undefined> {
    for (const { id, state } of (await this.history()).fixes) {
      if (state === 'undone') continue
      const reading = await readFix(this.#state, id)
      if (reading?.is === 'whole' && stepsOf(reading.state).some(isOpen)) return id
    }
    return undefined
  }

  /**
   * The run of an id, or the newest that is not taken back yet.
   * @throws JournalError where there is none, or it is of another engine
   */
  async earlier(id?: string): Promise<EarlierRun> {
    const wanted = id ?? (await this.#newestOpen())
    if (wanted === undefined) throw new JournalError('there is nothing to take back: no run of fix or setup is kept that is not undone')
    const reading = await readFix(this.#state, wanted)
    if (reading === null || reading.is === 'empty') throw new JournalError(`there is no run ${wanted}; fix --history lists them`)
    if (reading.is !== 'whole') throw new JournalError(whyNotRead(this.#state, wanted, reading))
    const { engine } = reading.state
    const { endpoint } = (await this.ports()).docker
    if (engine !== endpoint) throw new JournalError(`run ${wanted} changed the engine at ${engine}, and this is the one at ${endpoint}`)
    return {
      id: wanted,
      path: pathOf(this.#state, wanted),
      steps: stepsOf(reading.state),
      resume: () => this.#resume(wanted, 'undo'),
    }
  }

  async history(): Promise<{ readonly fixes: readonly FixHistoryItem[]; readonly notes: readonly string[] }> {
    return listFixes(this.#state, this.#asker())
  }

  #resume(id: string, command: 'fix' | 'undo'): Promise<Journal> {
    return continueJournal(this.#state, id, { command, version: tool.version, owner: this.#owner, now: now() })
  }

  #asker() {
    return { isAlive, host: this.#owner.host, now: now() }
  }
}

const now = (): string => new Date().toISOString()

const stepsOf = ({ steps }: JournalState): JournaledStep[] => steps.map(({ nth, entry, state }) => ({ ...entry, nth, state }))

/** @throws StateError where nothing can be kept: nothing may be changed then */
export async function openRepairs(options: LiveRepairOptions): Promise<LiveRepairs> {
  const { openState } = await import('../../ports/write/state-adapter.ts')
  return new LiveRepairs(options, await openState(options.env))
}
