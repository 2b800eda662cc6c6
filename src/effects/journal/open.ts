import pLimit from 'p-limit'
import type { StatePort } from '../../ports/write/state.ts'
import type { Owner } from '../owner.ts'
import { fileOf, forgetOld, newId, pathOf, readFix, whyNotRead } from './fixes.ts'
import type { Journal } from './journal.ts'
import { runOf } from './living.ts'
import { stateAfter, withRecord, type JournalState } from './read.ts'
import { formatRecord, journalVersion, readRecord, type BegunRecord, type JournalRecord } from './records.ts'

/** A journal that cannot be written to as asked, with the reason in words. */
export class JournalError extends Error {
  override readonly name = 'JournalError'
}

export interface NewJournal {
  readonly command: 'fix' | 'setup'
  readonly clusters: readonly string[]
  /** The engine that is changed: what is done with one is not taken back with another. */
  readonly engine: string
  /** Of this tool. */
  readonly version: string
  readonly owner: Owner
  /** ISO 8601. */
  readonly now: string
}

/**
 * Begins a journal, and removes old ones that nobody needs any more. The caller holds the lock.
 * @throws StateError where it cannot be kept; nothing may be changed then
 */
export async function openJournal(state: StatePort, { owner, now, clusters, ...about }: NewJournal): Promise<Journal> {
  const run = await runOf(state, owner)
  for (;;) {
    const id = newId(now)
    const begun: BegunRecord = { kind: 'begun', schemaVersion: journalVersion, id, ...about, clusters: [...clusters], run, at: now }
    const line = formatRecord(begun)
    if (!(await state.create(fileOf(id), line))) continue
    // Room is all that is lost.
    await forgetOld(state).catch(() => undefined)
    return writerOf(state, stateAfter(begun), Buffer.byteLength(line)).journal
  }
}

/** Who goes on with a journal, and what for. */
export interface Continuation extends Pick<NewJournal, 'version' | 'owner' | 'now'> {
  readonly command: 'fix' | 'setup' | 'undo'
}

/**
 * Goes on with a journal of an earlier run, ended or not; its steps are numbered on. The caller holds the lock.
 * @throws JournalError where it is not there or not understood, StateError where it cannot be written
 */
export async function continueJournal(state: StatePort, id: string, { command, version, owner, now }: Continuation): Promise<Journal> {
  const reading = await readFix(state, id)
  if (reading === null || reading.is === 'empty') throw new JournalError(`there is no fix ${id}`)
  if (reading.is !== 'whole') throw new JournalError(whyNotRead(state, id, reading))
  const { journal, add } = writerOf(state, reading.state, reading.length)
  const run = await runOf(state, owner)
  await add(() => ({ kind: 'continued', schemaVersion: journalVersion, command, version, run, at: now }))
  return journal
}

interface Writer {
  readonly journal: Journal
  /** Adds what `make` says comes next. @returns what the journal says then */
  readonly add: (make: (now: JournalState) => JournalRecord) => Promise<JournalState>
}

/** @param length of what is in its file, in bytes */
function writerOf(state: StatePort, begun: JournalState, length: number): Writer {
  const { id } = begun
  const oneAtATime = pLimit(1)
  let now = begun
  let written = length

  const add: Writer['add'] = (make) =>
    oneAtATime(async () => {
      const line = formatRecord(make(now))
      // By its line: what could not be read again would damage the journal.
      const record = readRecord(Buffer.from(line.slice(0, -1)))
      const next = 'is' in record ? record.why : withRecord(now, record)
      if (typeof next === 'string') throw new JournalError(`a record of fix ${id} ${next}`)
      // Where this fails, half a line may be there: the next one takes its place.
      await state.append(fileOf(id), written, line)
      now = next
      written += Buffer.byteLength(line)
      return next
    })

  const journal: Journal = {
    id,
    path: pathOf(state, id),
    intend: async (entry) => (await add(({ steps }) => ({ kind: 'intended', nth: steps.length, entry }))).steps.length - 1,
    done: async (nth) => void (await add(() => ({ kind: 'done', nth }))),
    failed: async (nth, why) => void (await add(() => ({ kind: 'failed', nth, why }))),
    undone: async (nth, kept) => void (await add(() => ({ kind: 'undone', nth, kept }))),
    end: async (outcome) => void (await add(() => ({ kind: 'ended', outcome }))),
  }
  return { journal, add }
}
