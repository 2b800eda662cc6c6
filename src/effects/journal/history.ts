import type { FixHistoryItem } from '../../model/fix-report.ts'
import type { StatePort } from '../../ports/write/state.ts'
import { describeChange } from './describe.ts'
import { listIds, readFix, whyNotRead } from './fixes.ts'
import { mayGoOn, type Asker } from './living.ts'
import type { JournalState } from './read.ts'

/** Earlier runs, the newest first, and in words what is kept of others that are not among them. */
export interface History {
  readonly fixes: readonly FixHistoryItem[]
  readonly notes: readonly string[]
}

/** What `fix` and `setup` did, as far as it is kept. @throws StateError */
export async function listFixes(state: StatePort, asker: Asker): Promise<History> {
  const { journals, notes } = await readAll(state, asker)
  return { fixes: journals.map(itemOf), notes }
}

/** The newest run that was ended in the middle, with what is to be completed or taken back; null where there is none. @throws StateError */
export async function lastOpen(state: StatePort, asker: Asker): Promise<JournalState | null> {
  const { journals } = await readAll(state, asker)
  return journals.find((one) => one.outcome === null) ?? null
}

/** All that can be acted upon: a run that may still go on cannot. */
async function readAll(state: StatePort, asker: Asker): Promise<{ journals: JournalState[]; notes: string[] }> {
  const journals: JournalState[] = []
  const notes: string[] = []
  for (const id of await listIds(state)) {
    const reading = await readFix(state, id)
    if (reading === null || reading.is === 'empty') continue
    if (reading.is !== 'whole') {
      notes.push(whyNotRead(state, id, reading))
      continue
    }
    const { last, outcome } = reading.state
    if (outcome === null && (await mayGoOn(state, last.run, last.at, asker)))
      notes.push(`fix ${id} is still being made by process ${last.run.pid} on ${last.run.host}`)
    else journals.push(reading.state)
  }
  return { journals: journals.sort(newestFirst), notes }
}

/** Ids tell seconds. */
const newestFirst = (a: JournalState, b: JournalState): number =>
  Date.parse(b.startedAt) - Date.parse(a.startedAt) || (a.id < b.id ? 1 : -1)

function itemOf({ id, command, clusters, startedAt, steps, outcome }: JournalState): FixHistoryItem {
  return {
    id,
    title: titleOf(steps.map(({ entry }) => entry.title)),
    startedAt,
    command,
    state: outcome ?? 'interrupted',
    clusters,
    changes: steps.map(describeChange),
  }
}

function titleOf(titles: readonly string[]): string {
  const [first, ...rest] = new Set(titles)
  if (first === undefined) return 'nothing was changed'
  return rest.length === 0 ? first : `${first}, and ${rest.length} more`
}
