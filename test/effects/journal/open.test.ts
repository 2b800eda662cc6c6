import { describe, expect, test } from 'vitest'
import { fileOf, listIds, readFix } from '../../../src/effects/journal/fixes.ts'
import type { Journal } from '../../../src/effects/journal/journal.ts'
import { continueJournal, JournalError, openJournal, type NewJournal } from '../../../src/effects/journal/open.ts'
import type { JournalState } from '../../../src/effects/journal/read.ts'
import { StateError, type StatePort } from '../../../src/ports/write/state.ts'
import { memoryState } from './memory-state.ts'
import { entryOf, steps } from './steps.ts'

const about: NewJournal = {
  command: 'fix',
  clusters: ['dev'],
  engine: 'unix:///var/run/docker.sock',
  version: '1.0.0',
  owner: { host: 'laptop', pid: 7 },
  now: '2026-11-28T19:05:33.120Z',
}
const again = { command: 'undo', version: '1.1.0', owner: { host: 'laptop', pid: 8 }, now: '2026-11-28T20:00:00.000Z' } as const
const entry = entryOf(steps['file.put'])
const stateOf = async (state: StatePort, id: string): Promise<JournalState> => {
  const reading = await readFix(state, id)
  if (reading?.is !== 'whole') throw new Error(`it is ${JSON.stringify(reading)}`)
  return reading.state
}

describe('a new journal', () => {
  test('is named by its time, and says whose it is', async () => {
    const state = memoryState(new Map(), { 7: 'boot/70' })
    const journal = await openJournal(state, about)
    expect(journal.id).toMatch(/^20261128-190533-[0-9a-f]{4}$/)
    expect(journal.path).toBe(`/state/${journal.id}.jsonl`)
    expect(await stateOf(state, journal.id)).toMatchObject({
      id: journal.id,
      clusters: ['dev'],
      startedAt: about.now,
      last: { command: 'fix', run: { host: 'laptop', pid: 7, start: 'boot/70' }, at: about.now },
      steps: [],
      outcome: null,
    })
  })

  test('takes no name that another has', async () => {
    const state = memoryState()
    let refusals = 3
    const journal = await openJournal({ ...state, create: async (...given) => refusals-- <= 0 && (await state.create(...given)) }, about)
    expect([...state.files.keys()]).toEqual([fileOf(journal.id)])
  })

  test('numbers its steps, also those that are intended at once', async () => {
    const state = memoryState()
    const journal = await openJournal(state, about)
    const entries = ['a', 'b', 'c'].map((title) => entryOf(steps['service.restart'], { title }))
    expect(await Promise.all(entries.map(journal.intend))).toEqual([0, 1, 2])
    await journal.done(1)
    expect((await stateOf(state, journal.id)).steps.map((step) => [step.entry.title, step.state])).toEqual([
      ['a', 'intended'],
      ['b', 'done'],
      ['c', 'intended'],
    ])
  })

  test.each<[string, (journal: Journal) => Promise<unknown>]>([
    ['of a step that was not intended', (journal) => journal.done(1)],
    ['of a step that a reader would not understand', (journal) => journal.intend(entryOf({ op: 'node.polish' } as never))],
    ['of a step without what was there before', (journal) => journal.intend({ ...entry, before: undefined as never })],
    ['after its end', async (journal) => journal.end('done').then(() => journal.intend(entry))],
  ])('takes no record %s', async (_what, wrong) => {
    const state = memoryState()
    const journal = await openJournal(state, about)
    await journal.intend(entry)
    await expect(wrong(journal)).rejects.toThrow(JournalError)
    expect((await stateOf(state, journal.id)).steps).toHaveLength(1)
  })
})

describe('on the disk', () => {
  test('is a step before it is said to be intended', async () => {
    const state = memoryState()
    let letGo: (() => void) | undefined
    const isOnDisk = new Promise<void>((resolve) => (letGo = resolve))
    const told: string[] = []
    const journal = await openJournal({ ...state, append: (...given) => isOnDisk.then(() => state.append(...given)) }, about)
    const intending = journal.intend(entry).then(() => told.push('intended'))
    void isOnDisk.then(() => told.push('on the disk'))
    letGo?.()
    await intending
    expect(told).toEqual(['on the disk', 'intended'])
  })

  /** A disk that takes half a line at a time of its choosing. */
  const fillingUp = (state: ReturnType<typeof memoryState>): StatePort & { isFull: boolean } => ({
    ...state,
    isFull: false,
    async append(name, length, text) {
      await state.append(name, length, this.isFull ? text.slice(0, text.length / 2) : text)
      if (this.isFull) throw new StateError('ENOSPC', 'no space left on device')
    },
  })

  test('a step that has no room is not intended, and what is written later is whole', async () => {
    const memory = memoryState()
    const disk = fillingUp(memory)
    const journal = await openJournal(disk, about)
    await journal.intend(entry)
    disk.isFull = true
    await expect(journal.intend(entry)).rejects.toThrow(StateError)
    expect((await stateOf(memory, journal.id)).steps).toHaveLength(1)
    disk.isFull = false
    await journal.failed(0, 'no room')
    expect(await journal.intend(entry)).toBe(1)
    await journal.end('failed')
    expect(await stateOf(memory, journal.id)).toMatchObject({ steps: [{ state: 'failed' }, { state: 'intended' }], outcome: 'failed' })
  })

  test('where no journal can be begun, that is told', async () => {
    const state = { ...memoryState(), create: () => Promise.reject(new StateError('ENOSPC', 'no space left on device')) }
    await expect(openJournal(state, about)).rejects.toThrow('no space left on device')
  })
})

describe('a journal that is gone on with', () => {
  test('is numbered on, behind what was cut off', async () => {
    const state = memoryState(new Map(), { 8: 'boot/80' })
    const { id, intend } = await openJournal(state, about)
    await intend(entry)
    state.files.set(fileOf(id), Buffer.concat([state.files.get(fileOf(id))!, Buffer.from('{"kind":"intended","nth":1,"entry":{"ti')]))
    const journal = await continueJournal(state, id, again)
    expect(await journal.intend(entry)).toBe(1)
    await journal.undone(0, null)
    expect(await stateOf(state, id)).toMatchObject({
      command: 'fix',
      startedAt: about.now,
      last: { command: 'undo', version: '1.1.0', run: { pid: 8, start: 'boot/80' }, at: again.now },
      steps: [{ state: 'undone' }, { state: 'intended' }],
      outcome: null,
    })
  })

  test('can have ended: it is taken back', async () => {
    const state = memoryState()
    const first = await openJournal(state, about)
    await first.done(await first.intend(entry))
    await first.end('done')
    const journal = await continueJournal(state, first.id, again)
    expect((await stateOf(state, first.id)).outcome).toBeNull()
    await journal.undone(0, 'it is used')
    await journal.end('undone')
    expect(await stateOf(state, first.id)).toMatchObject({ steps: [{ state: 'kept', reason: 'it is used' }], outcome: 'undone' })
  })

  const id = '20261128-190533-7f3a'
  test.each<[string, string, string, string]>([
    ['is not there', '20261128-190533-0000', '', 'there is no fix 20261128-190533-0000'],
    ['is no id', '../../etc/passwd', '', 'there is no fix ../../etc/passwd'],
    ['never began', id, '', `there is no fix ${id}`],
    ['is damaged', id, 'x\n', `/state/${id}.jsonl is damaged: line 1 is no JSON; nothing is done by it`],
    [
      'is of a newer version',
      id,
      '{"kind":"begun","schemaVersion":2}\n',
      `a newer version of registry-doctor wrote /state/${id}.jsonl: line 1 has schemaVersion 2; use that version`,
    ],
  ])('is none that %s', async (_what, asked, text, message) => {
    const state = memoryState(new Map([[fileOf(id), Buffer.from(text)]]))
    await expect(continueJournal(state, asked, again)).rejects.toThrow(new JournalError(message))
    expect(state.text(fileOf(id))).toBe(text)
  })

  test('is none that has the name of another', async () => {
    const state = memoryState()
    const { id: original } = await openJournal(state, about)
    state.files.set(fileOf(id), state.files.get(fileOf(original))!)
    await expect(continueJournal(state, id, again)).rejects.toThrow(`it is the journal of ${original}`)
  })
})

describe('of what is older than the newest hundred', () => {
  const dayOf = (day: number): string => new Date(Date.UTC(2026, 0, 1 + day)).toISOString()
  const ended = async (state: StatePort, day: number, outcome: 'done' | 'failed' | 'undone' | null): Promise<string> => {
    const journal = await openJournal(state, { ...about, now: dayOf(day) })
    await journal.intend(entry)
    if (outcome !== null) await journal.end(outcome)
    return journal.id
  }

  test('stays what may still be needed, and nothing else', async () => {
    const state = memoryState()
    await ended(state, 0, 'done')
    const failed = await ended(state, 1, 'failed')
    const interrupted = await ended(state, 2, null)
    await ended(state, 3, 'undone')
    const damaged = '20260105-000000-0000'
    state.files.set(fileOf(damaged), Buffer.from('x\n'))
    state.files.set(fileOf('20260105-000000-0001'), Buffer.alloc(0))
    state.files.set('lock-3', Buffer.from('x'))
    const newest: string[] = []
    for (let day = 10; day < 110; day++) newest.push(await ended(state, day, 'done'))
    expect(await listIds(state)).toEqual([failed, interrupted, damaged, ...newest])
    expect(state.files.has('lock-3')).toBe(true)
  })

  test('what cannot be removed keeps no new journal from being begun', async () => {
    const state = memoryState()
    for (let day = 0; day < 100; day++) await ended(state, day, 'done')
    const stuck = { ...state, remove: () => Promise.reject(new StateError('EACCES', 'permission denied')) }
    const { id } = await openJournal(stuck, about)
    expect(await listIds(state)).toContain(id)
  })
})
