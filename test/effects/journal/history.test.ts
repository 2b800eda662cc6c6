import { describe, expect, test } from 'vitest'
import { fileOf } from '../../../src/effects/journal/fixes.ts'
import { lastOpen, listFixes } from '../../../src/effects/journal/history.ts'
import type { Journal } from '../../../src/effects/journal/journal.ts'
import type { Asker } from '../../../src/effects/journal/living.ts'
import { continueJournal, openJournal } from '../../../src/effects/journal/open.ts'
import type { StatePort } from '../../../src/ports/write/state.ts'
import { memoryState } from './memory-state.ts'
import { entryOf, steps } from './steps.ts'

const [first, second, third] = ['2026-11-28T19:05:33.000Z', '2026-11-28T19:05:33.500Z', '2026-11-28T21:00:00.000Z']
const asker: Asker = { host: 'laptop', isAlive: (pid) => pid !== 8, now: third }
const open = (state: StatePort, now: string, more: { pid?: number; host?: string } = {}): Promise<Journal> =>
  openJournal(state, {
    command: 'fix',
    clusters: ['dev'],
    engine: 'e',
    version: '1',
    owner: { host: more.host ?? 'laptop', pid: more.pid ?? 7 },
    now,
  })

test('there is no history where nothing was changed', async () => {
  expect(await listFixes(memoryState(), asker)).toEqual({ fixes: [], notes: [] })
  expect(await lastOpen(memoryState(), asker)).toBeNull()
})

test('the newest comes first, with a line for each change', async () => {
  const state = memoryState()
  const done = await open(state, first)
  await done.done(await done.intend(entryOf(steps['file.put'])))
  await done.done(await done.intend(entryOf(steps['service.restart'], { title: 'restart containerd' })))
  await done.end('done')
  const failed = await open(state, second)
  await failed.failed(await failed.intend(entryOf(steps['container.start'], { title: 'start it' })), 'its port is taken')
  await failed.end('failed')
  const empty = await open(state, third)
  await empty.end('done')
  expect(await listFixes(state, asker)).toEqual({
    fixes: [
      { id: empty.id, title: 'nothing was changed', startedAt: third, command: 'fix', state: 'done', clusters: ['dev'], changes: [] },
      {
        id: failed.id,
        title: 'start it',
        startedAt: second,
        command: 'fix',
        state: 'failed',
        clusters: ['dev'],
        changes: ['could not start container kind-registry: its port is taken'],
      },
      {
        id: done.id,
        title: 'write hosts.toml on dev-worker, and 1 more',
        startedAt: first,
        command: 'fix',
        state: 'done',
        clusters: ['dev'],
        changes: ['wrote /etc/containerd/certs.d/localhost:5001/hosts.toml on dev-worker', 'restarted containerd on dev-worker'],
      },
    ],
    notes: [],
  })
  expect(await lastOpen(state, asker)).toBeNull()
})

describe('a run that has not told its end', () => {
  const dayLater = '2026-11-29T19:05:33.000Z'
  test.each<[string, { pid?: number; host?: string }, Asker, boolean]>([
    ['is interrupted where its process is gone', { pid: 8 }, asker, true],
    ['still goes on where its process lives', { pid: 7 }, asker, false],
    ['still goes on where it is of another host', { pid: 8, host: 'container' }, asker, false],
    ['is interrupted where it is of another host and a day old', { host: 'container' }, { ...asker, now: dayLater }, true],
  ])('%s', async (_what, owner, by, isInterrupted) => {
    const state = memoryState()
    const { id, intend } = await open(state, first, owner)
    await intend(entryOf(steps['file.put']))
    const { fixes, notes } = await listFixes(state, by)
    expect(fixes.map((one) => [one.state, one.changes])).toEqual(
      isInterrupted ? [['interrupted', ['began to write /etc/containerd/certs.d/localhost:5001/hosts.toml on dev-worker']]] : [],
    )
    expect(notes).toEqual(isInterrupted ? [] : [`fix ${id} is still being made by process ${owner.pid} on ${owner.host ?? 'laptop'}`])
    expect((await lastOpen(state, by))?.id).toBe(isInterrupted ? id : undefined)
  })

  test('is interrupted where another process has its number by now', async () => {
    const { files, ...state } = memoryState(new Map(), { 7: 'boot/1' })
    const { id } = await open(state, first)
    expect((await lastOpen(memoryState(files, { 7: 'boot/2' }), asker))?.id).toBe(id)
  })

  test('is the one that went on with it last', async () => {
    const state = memoryState()
    const { id } = await open(state, first, { pid: 8 })
    await continueJournal(state, id, { command: 'undo', version: '1', owner: { host: 'laptop', pid: 9 }, now: second })
    expect(await lastOpen(state, asker)).toBeNull()
    expect(await lastOpen(state, { ...asker, isAlive: () => false })).toMatchObject({ id, last: { command: 'undo' } })
  })

  test('is the newest of several', async () => {
    const state = memoryState()
    await open(state, first, { pid: 8 })
    const { id } = await open(state, second, { pid: 8 })
    expect((await lastOpen(state, asker))?.id).toBe(id)
  })
})

test('what cannot be read is told and hides nothing else', async () => {
  const state = memoryState()
  const { id, end } = await open(state, first)
  await end('done')
  state.files.set(fileOf('20270101-000000-0000'), Buffer.from('hunter2\n'))
  state.files.set(fileOf('20270101-000000-0001'), Buffer.from('{"kind":"beg'))
  const { fixes, notes } = await listFixes(state, asker)
  expect(fixes.map((one) => one.id)).toEqual([id])
  expect(notes).toEqual(['/state/20270101-000000-0000.jsonl is damaged: line 1 is no JSON; nothing is done by it'])
  expect(await lastOpen(state, asker)).toBeNull()
})
