import { join } from 'node:path'
import * as v from 'valibot'
import type { StatePort } from '../../ports/write/state.ts'
import type { Owner } from '../owner.ts'
import { mayGoOn, runOf, runSchema, type Asker } from './living.ts'

const holderSchema = v.object({ ...runSchema.entries, since: v.string(), command: v.string() })

/** Whose run holds the lock, since when (ISO 8601), and what it does. */
export interface Holder extends Owner {
  readonly since: string
  readonly command: string
  /** The file that a person removes who knows that run to be over where the tool cannot: of another host, or without /proc. */
  readonly path: string
}

export type TakenLock = { readonly release: () => Promise<void> } | { readonly heldBy: Holder }

const prefix = 'lock-'
const numbersOf = (names: readonly string[]): number[] =>
  names.flatMap((name) => (/^lock-\d{1,15}$/.test(name) ? [Number(name.slice(prefix.length))] : []))

/**
 * Lets one run at a time change things. The caller releases it on every way out; of a run that was killed, the next one takes it.
 *
 * Each lock is a file with a number of its own, and the one with the highest counts. Whoever finds it released, or its run gone,
 * makes the next: of several that find the same, one does. What counts is never removed, so that the highest number only grows:
 * one that was held up for long enough to make a number which had been there and gone sees a higher one, and has nothing.
 * @throws StateError
 */
export async function takeLock(state: StatePort, owner: Owner, command: string, asker: Omit<Asker, 'host'>): Promise<TakenLock> {
  const text = JSON.stringify({ ...(await runOf(state, owner)), since: asker.now, command })
  for (;;) {
    const highest = Math.max(0, ...numbersOf(await state.names()))
    const found = readHolder(await state.read(`${prefix}${highest}`))
    if (found !== null && (await mayGoOn(state, found, found.since, { ...asker, host: owner.host }))) {
      const { start: _, ...holder } = found
      return { heldBy: { ...holder, path: join(state.directory, `${prefix}${highest}`) } }
    }
    const own = highest + 1
    if (!(await state.create(`${prefix}${own}`, text))) continue
    const numbers = numbersOf(await state.names())
    if (numbers.some((one) => one > own)) {
      await state.remove(`${prefix}${own}`)
      continue
    }
    // Room is all that is lost where one stays.
    for (const one of numbers) if (one < own) await state.remove(`${prefix}${one}`).catch(() => undefined)
    return { release: () => state.clear(`${prefix}${own}`) }
  }
}

/** Who holds a lock by its file; null where nobody does: a lock is made whole, so what cannot be read is of no run that lives. */
function readHolder(bytes: Uint8Array | null): v.InferOutput<typeof holderSchema> | null {
  if (bytes === null || bytes.length === 0) return null
  try {
    return v.parse(holderSchema, JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    return null
  }
}
