import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { StatePort } from '../../ports/write/state.ts'
import { readJournal, type JournalState, type Reading } from './read.ts'
import type { NotRead } from './records.ts'

const end = '.jsonl'

/** The file of a journal in the state directory. */
export const fileOf = (id: string): string => `${id}${end}`

export const pathOf = (state: StatePort, id: string): string => join(state.directory, fileOf(id))

/** `20261128-190533-7f3a`: when it began, in UTC, and what tells two of one second apart. */
const idPattern = /^\d{8}-\d{6}-[0-9a-f]{4}$/

/** @param now ISO 8601 */
export const newId = (now: string): string =>
  `${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}-${randomBytes(2).toString('hex')}`

/** Ids of the journals that are kept, the earliest first. @throws StateError */
export async function listIds(state: StatePort): Promise<string[]> {
  const ids = (await state.names()).flatMap((name) => (name.endsWith(end) ? [name.slice(0, -end.length)] : []))
  return ids.filter((id) => idPattern.test(id)).sort()
}

/** What a journal says; null where there is none of this id. @throws StateError */
export async function readFix(state: StatePort, id: string): Promise<Reading | null> {
  const bytes = idPattern.test(id) ? await state.read(fileOf(id)) : null
  if (bytes === null) return null
  const reading = readJournal(bytes)
  return reading.is === 'whole' && reading.state.id !== id ? { is: 'damaged', why: `it is the journal of ${reading.state.id}` } : reading
}

/** Why a journal is not acted upon, as a sentence without its point. */
export const whyNotRead = (state: StatePort, id: string, { is, why }: NotRead): string =>
  is === 'newer'
    ? `a newer version of registry-doctor wrote ${pathOf(state, id)}: ${why}; use that version`
    : `${pathOf(state, id)} is damaged: ${why}; nothing is done by it`

/** The newest that are kept, whatever became of them. */
const keptCount = 100

/** Removes what is older and needs nothing any more: what failed, was interrupted or cannot be read stays. */
export async function forgetOld(state: StatePort): Promise<void> {
  for (const id of (await listIds(state)).slice(0, -keptCount)) {
    const reading = await readFix(state, id)
    if (reading?.is === 'empty' || (reading?.is === 'whole' && isOver(reading.state))) await state.remove(fileOf(id))
  }
}

const isOver = ({ outcome }: JournalState): boolean => outcome === 'done' || outcome === 'undone'
