import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { doRepairs } from '../../../src/effects/fix/do-repairs.ts'
import type { PlannedRepair, RepairTools } from '../../../src/effects/fix/repair.ts'
import { completeInterrupted } from '../../../src/effects/fix/resume.ts'
import { undoSteps } from '../../../src/effects/fix/undo.ts'
import type { Step } from '../../../src/model/finding.ts'
import { FakeRepairWorld, Killed, memoryJournal } from '../fake-repair-world.ts'

const sha = (text: string): string => createHash('sha256').update(text).digest('hex')

let fake: FakeRepairWorld
beforeEach(() => (fake = prepared()))
afterEach(() => fake.dispose())

/** A registry without its network, a node without hosts.toml and with a folder in the way, and an image that is not pushed. */
function prepared(): FakeRepairWorld {
  const world = new FakeRepairWorld()
  world.write('config.toml', 'version = 2\n', 0o600)
  world.write('certs.d/localhost_5001_/x', 'x')
  return world
}

/** All kinds of steps, some of which hang on those before them. */
const repairs = (world: FakeRepairWorld): PlannedRepair[] => [
  {
    finding: 'registry-not-on-network:registry/kind-registry',
    title: 'attach',
    risk: 'safe',
    steps: [{ op: 'network.connect', network: 'kind', container: 'kind-registry', aliases: ['registry'] }],
  },
  {
    title: 'give it another name',
    risk: 'safe',
    steps: [
      { op: 'network.disconnect', network: 'kind', container: 'kind-registry' },
      { op: 'network.connect', network: 'kind', container: 'kind-registry', aliases: ['other'] },
    ],
  },
  {
    title: 'move it away, and write what belongs there',
    risk: 'safe',
    steps: [
      { op: 'path.move', node: 'dev-worker', from: world.path('certs.d/localhost_5001_'), to: world.path('certs.d/localhost_5001_.off') },
      {
        op: 'file.put',
        node: 'dev-worker',
        path: world.path('certs.d/localhost_5001_/hosts.toml'),
        content: '[host."http://r:5000"]\n',
        expect: null,
      },
    ],
  },
  {
    title: 'set config_path',
    risk: 'disruptive',
    steps: [
      {
        op: 'file.put',
        node: 'dev-worker',
        path: world.path('config.toml'),
        content: 'version = 2\nx = 1\n',
        expect: sha('version = 2\n'),
      },
      { op: 'service.restart', node: 'dev-worker', service: 'containerd' },
    ],
  },
  { title: 'push', risk: 'safe', steps: [{ op: 'image.push', source: 'localhost:5001/app:1', target: 'localhost:5001/app:1' }] },
]

const tools = (world: FakeRepairWorld, journal = memoryJournal(), signal = new AbortController().signal): RepairTools => ({
  world: world.world,
  journal,
  signal,
  tell: () => undefined,
})

describe('a run of repairs', () => {
  test('is done step by step, and taken back to what was there', async () => {
    const before = fake.state()
    const journal = memoryJournal()
    const done = await doRepairs(tools(fake, journal), repairs(fake))
    expect(done.map((one) => one.status)).toEqual(['applied', 'applied', 'applied', 'applied', 'applied'])
    expect(fake.state()).not.toEqual(before)
    const undone = await undoSteps(tools(fake, journal), journal.steps)
    expect(undone.flatMap(({ steps }) => steps.map((one) => one.status))).not.toContain('failed')
    expect(fake.state()).toEqual(before)
    // containerd reads what was put back.
    expect(fake.calls.at(-1)).toBe('run containerd')
    expect(new Set(journal.steps.map((one) => one.state))).toEqual(new Set(['undone']))
  })

  test('changes nothing a second time', async () => {
    await doRepairs(tools(fake), repairs(fake).slice(0, 1))
    const calls = fake.calls.length
    const [again] = await doRepairs(tools(fake), repairs(fake).slice(0, 1))
    expect(again).toMatchObject({ status: 'unchanged', steps: [{ status: 'unchanged' }] })
    expect(fake.calls).toHaveLength(calls)
  })

  test('stops at the first step that fails, and tells why', async () => {
    fake.write('config.toml', 'changed by hand\n')
    const journal = memoryJournal()
    const done = await doRepairs(tools(fake, journal), repairs(fake))
    expect(done.map((one) => one.status)).toEqual(['applied', 'applied', 'applied', 'failed', 'not-reached'])
    expect(done[3]).toMatchObject({
      reason: expect.stringMatching(/has been changed since it was looked at/),
      steps: [{ status: 'failed' }, { status: 'not-reached' }],
    })
    expect(journal.steps).toHaveLength(5)
  })

  test('is ended between two steps, and what was done is kept', async () => {
    const controller = new AbortController()
    const journal = memoryJournal()
    const given = tools(fake, journal, controller.signal)
    const done = await doRepairs({ ...given, tell: ({ status }) => void (status === 'applied' && controller.abort()) }, repairs(fake))
    expect(done.map((one) => one.status)).toEqual(['applied', 'not-reached', 'not-reached', 'not-reached', 'not-reached'])
    expect(done[1]).toMatchObject({ reason: 'the run was interrupted' })
    expect(journal.steps.map((one) => one.state)).toEqual(['done'])
  })

  test.each<[string, Step, RegExp]>([
    [
      'a node that was not examined',
      { op: 'file.put', node: 'other-worker', path: '/x', content: '', expect: null },
      /other-worker is no node of a cluster that was examined/,
    ],
    ['a container of somebody else', { op: 'container.restart', container: 'database' }, /database is neither a node nor a registry/],
    [
      'a network of somebody else',
      { op: 'network.connect', network: 'bridge', container: 'kind-registry', aliases: [] },
      /bridge is no network/,
    ],
    [
      'a cluster that was not examined',
      { op: 'configmap.put', cluster: 'prod', kubectl: 'kubectl', namespace: 'kube-public', name: 'x', data: {} },
      /prod is no cluster that was examined/,
    ],
  ])('never touches %s', async (_name, step, message) => {
    const before = fake.state()
    const journal = memoryJournal()
    const done = await doRepairs(tools(fake, journal), [{ title: 'x', risk: 'safe', steps: [step] }])
    expect(done).toMatchObject([{ status: 'failed', reason: expect.stringMatching(message) }])
    expect([fake.state(), fake.calls, journal.steps]).toEqual([before, [], []])
  })
})

describe('killed after any call while it is taken back', async () => {
  const world = prepared()
  const before = world.state()
  const journal = memoryJournal()
  await doRepairs(tools(world, journal), repairs(world))
  const done = world.calls.length
  await undoSteps(tools(world, journal), journal.steps)
  const places = Array.from({ length: world.calls.length - done }, (_, nth) => nth)
  world.dispose()

  test.each(places)('%i: taking it back again completes that', async (killAfter) => {
    const own = memoryJournal()
    await doRepairs(tools(fake, own), repairs(fake))
    fake.killAfter = fake.calls.length + killAfter
    // A killed process tells nothing more.
    const dead = {
      ...own,
      undone: (nth: number, kept: string | null) =>
        fake.calls.length >= fake.killAfter ? Promise.reject(new Killed('')) : own.undone(nth, kept),
    }
    const cut = await undoSteps(tools(fake, dead), own.steps)
    expect(cut.flatMap(({ steps }) => steps.map((one) => one.status))).toContain('failed')
    fake.killAfter = Infinity
    const again = await undoSteps(tools(fake, own), own.steps)
    expect(again.flatMap(({ steps }) => steps.map((one) => one.reason ?? one.status))).not.toContain('failed')
    expect(fake.state()).toEqual(before)
  })
})

describe('what somebody has made while a run was dead', () => {
  const begun = async (text: string) => {
    const journal = memoryJournal()
    const step: Step = {
      op: 'file.put',
      node: 'dev-worker',
      path: fake.path('config.toml'),
      content: 'ours\n',
      expect: sha('version = 2\n'),
    }
    const before = { was: 'file', bytes: Buffer.from('version = 2\n').toString('base64'), mode: 0o600, uid: 0, gid: 0 }
    await journal.intend({ title: 'write', step, before })
    fake.write('config.toml', text, 0o600)
    return journal
  }

  test('is not written over by whoever completes it', async () => {
    const journal = await begun('by hand\n')
    const state = fake.state()
    expect(await completeInterrupted(tools(fake, journal), journal.steps)).toEqual([
      expect.stringMatching(/has other content.*left as it is/),
    ])
    expect(fake.state()).toEqual(state)
  })

  test('nor by whoever takes it back', async () => {
    const journal = await begun('by hand\n')
    const state = fake.state()
    expect(await undoSteps(tools(fake, journal), journal.steps)).toMatchObject([
      { status: 'failed', reason: expect.stringMatching(/left as it is/) },
    ])
    expect(fake.state()).toEqual(state)
  })

  test('a node that is gone takes with it what was changed there', async () => {
    const journal = await begun('version = 2\n')
    fake.containers.delete('dev-worker')
    expect(await undoSteps(tools(fake, journal), journal.steps)).toMatchObject([
      { status: 'unchanged', steps: [{ reason: 'dev-worker is gone' }] },
    ])
    expect(journal.steps.map((one) => one.state)).toEqual(['undone'])
  })
})

test('one step that two causes need is done once', async () => {
  const [first] = repairs(fake)
  const again = { ...first!, title: 'the same once more' }
  const restart: Step = { op: 'file.put', node: 'dev-worker', path: fake.path('new'), content: 'x', expect: null }
  const both = [
    { ...again, steps: [restart] },
    { ...again, steps: [restart] },
  ]
  expect((await doRepairs(tools(fake), both)).map((one) => one.status)).toEqual(['applied', 'unchanged'])
})

describe('what somebody has changed since is left alone', () => {
  test('and so is what was done before it', async () => {
    const journal = memoryJournal()
    await doRepairs(tools(fake, journal), repairs(fake))
    fake.write('config.toml', 'by hand\n')
    const undone = await undoSteps(tools(fake, journal), journal.steps)
    expect(undone.find((one) => one.title === 'set config_path')).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/has other content.*left as it is/),
    })
    expect(undone.find((one) => one.title === 'push')).toMatchObject({ status: 'undone' })
    expect(undone.find((one) => one.title === 'attach')).toMatchObject({ status: 'not-reached' })
    expect(journal.steps.map((one) => one.state)).toEqual(['done', 'done', 'done', 'done', 'done', 'done', 'done', 'undone'])
  })

  test('where it was made as it had been before, there is nothing to take back', async () => {
    const journal = memoryJournal()
    await doRepairs(tools(fake, journal), repairs(fake).slice(3, 4))
    fake.write('config.toml', 'version = 2\n')
    expect(await undoSteps(tools(fake, journal), journal.steps)).toMatchObject([{ steps: [{ status: 'unchanged' }, { status: 'undone' }] }])
  })
})

/** What is there after a run that was not killed. */
async function wholeRun(): Promise<{ before: unknown; after: unknown; calls: number }> {
  const world = prepared()
  const before = world.state()
  await doRepairs(tools(world), repairs(world))
  const result = { before, after: world.state(), calls: world.calls.length }
  world.dispose()
  return result
}

describe('killed after any call', async () => {
  const { before, after, calls } = await wholeRun()
  const places = Array.from({ length: calls }, (_, nth) => nth)

  /** A run whose process was killed: what it had in hand is gone, but for the journal. */
  async function killed(killAfter: number) {
    const journal = memoryJournal()
    fake.killAfter = killAfter
    // Nothing of a killed process goes on.
    const dead = { ...journal, failed: async () => Promise.reject(new Killed('killed')) }
    const cut = await doRepairs(tools(fake, dead), repairs(fake))
    expect(cut.map((one) => one.status)).toContain('failed')
    fake.killAfter = Infinity
    return journal
  }

  test.each(places)('%i: the next run completes it', async (killAfter) => {
    const journal = await killed(killAfter)
    expect(await completeInterrupted(tools(fake, journal), journal.steps)).toEqual([])
    // What is planned afresh is what is not there yet.
    const done = new Set(journal.steps.filter((one) => one.state === 'done').map(({ step }) => JSON.stringify(step)))
    const left = repairs(fake).map((one) => ({ ...one, steps: one.steps.filter((step) => !done.has(JSON.stringify(step))) }))
    await doRepairs(
      tools(fake, journal),
      left.filter(({ steps }) => steps.length > 0),
    )
    expect(fake.state()).toEqual(after)
  })

  test.each(places)('%i: it is taken back, without a step that is left', async (killAfter) => {
    const journal = await killed(killAfter)
    const undone = await undoSteps(tools(fake, journal), journal.steps)
    expect(undone.flatMap(({ steps }) => steps.map((one) => one.status))).not.toContain('failed')
    expect(fake.state()).toEqual(before)
  })
})
