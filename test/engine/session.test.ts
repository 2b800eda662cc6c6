import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { liveSession, replaySession, type RecordedObservation, type Session } from '../../src/engine/session.ts'
import { ObservationFailure, type Look, type ObservationKind, type Observers } from '../../src/model/observation.ts'

/** Observers that answer with what they were asked, and count. */
function counting(answer: (kind: string, query: unknown) => unknown = (kind, query) => ({ kind, query })): {
  session: Session
  asked: string[]
} {
  const asked: string[] = []
  const observers = new Proxy({} as Observers, {
    get: (_target, kind: string) => async (query: unknown) => {
      asked.push(`${kind} ${JSON.stringify(query)}`)
      return answer(kind, query)
    },
  })
  return { session: liveSession(observers, (value) => value), asked }
}

const failing = (code: string, message: string) => (): never => {
  throw new ObservationFailure('node.trace', code, message)
}

describe('looking', () => {
  test('twice costs once, whatever the order of keys', async () => {
    const { session, asked } = counting()
    const first = await session.look('node.trace', { node: 'a', image: 'b' })
    expect(await session.look('node.trace', { image: 'b', node: 'a' })).toBe(first)
    expect(asked).toHaveLength(1)
  })

  test('for another thing costs again', async () => {
    const { session, asked } = counting()
    await session.look('node.trace', { node: 'a', image: 'b' })
    await session.look('node.trace', { node: 'a', image: 'b', plainHttp: true })
    await session.look('node.files', { node: 'a', path: '/b' })
    expect(asked).toHaveLength(3)
  })

  test('at once shares the one that is under way', async () => {
    let resolve: (answer: unknown) => void = () => undefined
    const answer = new Promise<unknown>((give) => (resolve = give))
    const { session, asked } = counting(() => answer)
    const both = [session.look('clock', {}), session.look('clock', {}), session.look.try('clock', {})]
    expect(asked).toHaveLength(1)
    resolve({ now: 'now' })
    expect(await Promise.all(both)).toEqual([{ now: 'now' }, { now: 'now' }, { ok: true, answer: { now: 'now' } }])
  })

  test('a failure is remembered like an answer', async () => {
    const { session, asked } = counting(failing('timeout', 'no answer'))
    await expect(session.look('clock', {})).rejects.toThrow('no answer')
    await expect(session.look('clock', {})).rejects.toThrow('no answer')
    expect(asked).toHaveLength(1)
  })

  test('try tells a failure as a value', async () => {
    const { session } = counting(failing('timeout', 'no answer'))
    expect(await session.look.try('clock', {})).toEqual({ ok: false, code: 'timeout', reason: 'no answer' })
  })

  test('an observer that throws anything else is a failure of the observation too', async () => {
    const { session } = counting(() => {
      throw new TypeError('x is not a function')
    })
    expect(await session.look.try('clock', {})).toEqual({ ok: false, code: 'unforeseen', reason: 'clock: x is not a function' })
  })

  test('once computes once per key, also what fails', async () => {
    const { look } = counting().session
    let runs = 0
    const compute = async (): Promise<number> => ++runs
    expect(await Promise.all([look.once('a', compute), look.once('a', compute), look.once('b', compute)])).toEqual([1, 1, 2])
    const fail = async (): Promise<number> => {
      runs++
      throw new Error('no')
    }
    await expect(look.once('c', fail)).rejects.toThrow('no')
    await expect(look.once('c', fail)).rejects.toThrow('no')
    expect(runs).toBe(3)
  })
})

describe('secrets', () => {
  const observers = new Proxy({} as Observers, {
    get: (_target, kind: string) => async () => {
      if (kind === 'clock') return { now: 'hunter2' }
      throw kind === 'nonce' ? new Error('hunter2 failed') : new ObservationFailure(kind, 'timeout', 'hunter2 timed out')
    },
  })
  const session = liveSession(observers, (value) => JSON.parse(JSON.stringify(value).replaceAll('hunter2', '***')) as typeof value)

  test('are replaced before anything sees an answer or a failure, and in what is recorded', async () => {
    expect(await session.look('clock', {})).toEqual({ now: '***' })
    await expect(session.look('nonce', {})).rejects.toThrow('*** failed')
    await expect(session.look('docker.engine', {})).rejects.toThrow('*** timed out')
    expect(JSON.stringify(session.recorded())).not.toContain('hunter2')
    expect(session.recorded()).toHaveLength(3)
  })
})

describe('what is recorded', () => {
  test('is ordered by kind and query, answers and failures alike, without what has not answered yet', async () => {
    const never = new Promise<unknown>(() => undefined)
    const { session } = counting((kind, query) => {
      if (kind === 'nonce') return failing('timeout', 'no answer')()
      return kind === 'docker.engine' ? never : { kind, query }
    })
    void session.look('docker.engine', {})
    await session.look('node.files', { node: 'b', path: '/' })
    await session.look.try('nonce', {})
    await session.look('node.files', { node: 'a', path: '/' })
    expect(session.recorded()).toEqual([
      { kind: 'node.files', query: { node: 'a', path: '/' }, answer: { kind: 'node.files', query: { node: 'a', path: '/' } } },
      { kind: 'node.files', query: { node: 'b', path: '/' }, answer: { kind: 'node.files', query: { node: 'b', path: '/' } } },
      { kind: 'nonce', query: {}, failure: { code: 'timeout', message: 'no answer' } },
    ])
  })

  const query = fc.record({ node: fc.string(), path: fc.string() })
  test('gives the same when it is replayed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(query), fc.func(fc.oneof(fc.jsonValue(), fc.constant('fail'))), async (queries, answer) => {
        const { session } = counting((_kind, asked) => {
          const given = answer(JSON.stringify(asked))
          return given === 'fail' ? failing('timeout', 'no answer')() : given
        })
        const ask = (look: Look): Promise<unknown[]> => Promise.all(queries.map((one) => look.try('node.files', one)))
        const live = JSON.parse(JSON.stringify(await ask(session.look))) as unknown
        const records = JSON.parse(JSON.stringify(session.recorded())) as RecordedObservation[]
        const replay = replaySession(records)
        expect(JSON.parse(JSON.stringify(await ask(replay.look)))).toEqual(live)
        expect(replay.recorded()).toEqual(records)
      }),
    )
  })
})

describe('a replay', () => {
  const { look } = replaySession([
    { kind: 'clock', query: {}, answer: { now: 'then' } },
    { kind: 'nonce', query: {}, failure: { code: 'timeout', message: 'no answer' } },
  ])

  test('knows what was recorded', async () => {
    expect(await look('clock', {})).toEqual({ now: 'then' })
    expect(await look.try('nonce', {})).toEqual({ ok: false, code: 'timeout', reason: 'no answer' })
  })

  test.each<[ObservationKind, object]>([
    ['docker.engine', {}],
    ['node.files', { node: 'a', path: '/' }],
  ])('and nothing else: %s', async (kind, query) => {
    const asked = await look.try(kind, query as never)
    expect(asked).toMatchObject({ ok: false, code: 'not-recorded' })
  })
})
