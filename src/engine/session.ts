import { canonicalJson, type Json } from '../model/json.ts'
import {
  ObservationFailure,
  type Answer,
  type Look,
  type ObservationKind,
  type Observers,
  type Query,
  type Tried,
} from '../model/observation.ts'

/** One observation as a bundle holds it. */
export interface RecordedObservation {
  readonly kind: string
  readonly query: Json
  readonly answer?: Json
  readonly failure?: { readonly code: string; readonly message: string }
}

/** An observation as it was made. */
export interface Observed extends RecordedObservation {
  readonly ms: number
}

/** One run's memo of observations. */
export interface Session {
  readonly look: Look
  /** What was asked so far and has been answered, ordered by kind and query. */
  recorded(): RecordedObservation[]
}

const keyOf = (kind: string, query: unknown): string => `${kind} ${canonicalJson(query)}`

function createSession(observe: (kind: ObservationKind, query: never, key: string) => Promise<unknown>): Session {
  const asked = new Map<string, Promise<unknown>>()
  const records = new Map<string, RecordedObservation>()
  const computed = new Map<string, Promise<unknown>>()

  const ask = (kind: ObservationKind, query: unknown): Promise<unknown> => {
    const key = keyOf(kind, query)
    const earlier = asked.get(key)
    if (earlier) return earlier
    const record = { kind, query: query as Json }
    const answer = observe(kind, query as never, key).then(
      (value) => {
        records.set(key, { ...record, answer: value as Json })
        return value
      },
      (error: unknown) => {
        const failure = error instanceof ObservationFailure ? error : unforeseen(kind, error)
        records.set(key, { ...record, failure: { code: failure.code, message: failure.message } })
        throw failure
      },
    )
    asked.set(key, answer)
    return answer
  }

  const look = (<K extends ObservationKind>(kind: K, query: Query<K>) => ask(kind, query)) as Look
  look.try = async <K extends ObservationKind>(kind: K, query: Query<K>): Promise<Tried<Answer<K>>> => {
    try {
      return { ok: true, answer: (await ask(kind, query)) as Answer<K> }
    } catch (error) {
      if (error instanceof ObservationFailure) return { ok: false, code: error.code, reason: error.message }
      throw error
    }
  }
  look.once = <T>(key: string, compute: () => Promise<T>): Promise<T> => {
    const earlier = computed.get(key)
    if (earlier) return earlier as Promise<T>
    const result = compute()
    computed.set(key, result)
    return result
  }

  return {
    look,
    recorded: () => [...records.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record),
  }
}

const unforeseen = (kind: string, error: unknown): ObservationFailure =>
  new ObservationFailure(kind, 'unforeseen', `${kind}: ${error instanceof Error ? error.message : String(error)}`)

/**
 * A session that asks the world.
 * @param redact replaces secrets in an answer (and in the text of a failure) before anything sees it
 * @param tell told of each observation as it is made
 */
export function liveSession(
  observers: Observers,
  redact: <T>(answer: T) => T,
  tell: (observed: Observed) => void = () => undefined,
): Session {
  return createSession(async (kind, query) => {
    const started = performance.now()
    const told = (rest: Pick<Observed, 'answer' | 'failure'>): void =>
      tell({ kind, query, ...rest, ms: Math.round(performance.now() - started) })
    try {
      const answer = redact(await (observers[kind] as (query: never) => Promise<unknown>)(query))
      told({ answer: answer as Json })
      return answer
    } catch (error) {
      const failure =
        error instanceof ObservationFailure
          ? new ObservationFailure(error.kind, error.code, redact(error.message))
          : unforeseen(kind, redact(error instanceof Error ? error.message : String(error)))
      told({ failure: { code: failure.code, message: failure.message } })
      throw failure
    }
  })
}

/** A session that knows only what was recorded; anything else fails as `not-recorded`. */
export function replaySession(records: readonly RecordedObservation[]): Session {
  const known = new Map(records.map((record) => [keyOf(record.kind, record.query), record]))
  return createSession(async (kind, query, key) => {
    const record = known.get(key)
    if (!record) throw new ObservationFailure(kind, 'not-recorded', `not recorded: ${kind} ${canonicalJson(query)}`)
    if (record.failure) throw new ObservationFailure(kind, record.failure.code, record.failure.message)
    return record.answer
  })
}
