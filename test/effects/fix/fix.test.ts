import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fix, type FixDeps, type FixOptions } from '../../../src/effects/fix/fix.ts'
import { kickPods } from '../../../src/effects/fix/kick-pods.ts'
import { undoRun } from '../../../src/effects/fix/undo-run.ts'
import type { Remedy, ReportedFinding, Risk, Step } from '../../../src/model/finding.ts'
import type { FixReport } from '../../../src/model/fix-report.ts'
import type { Look } from '../../../src/model/observation.ts'
import type { Report } from '../../../src/model/report.ts'
import { validateFix } from '../../fix-contract.ts'
import { report as baseReport } from '../../reporters/reports.ts'
import { FakeRepairWorld, memoryJournal } from '../fake-repair-world.ts'

let fake: FakeRepairWorld
beforeEach(() => (fake = new FakeRepairWorld()))
afterEach(() => fake.dispose())

const put = (name: string, content: string): Step => ({ op: 'file.put', node: 'dev-worker', path: fake.path(name), content, expect: null })

const remedy = (risk: Risk, ...steps: Step[]): Remedy => ({ title: `write ${steps.length}`, risk, steps, show: [] })

const finding = (code: string, ...remedies: Remedy[]): ReportedFinding => ({
  id: `${code}:node/dev/dev-worker`,
  code,
  severity: 'error',
  subject: { kind: 'node', cluster: 'dev', name: 'dev-worker' },
  check: 'node/registry-config',
  hop: 'resolve',
  title: code,
  message: code,
  evidence: [],
  remedies,
  docs: 'docs/codes/x.md',
})

const reportOf = (findings: readonly ReportedFinding[]): Report => ({
  ...baseReport(),
  findings: [...findings],
  rootCauses: findings.map(({ id, code }) => ({ finding: id, code, explains: [], symptoms: [] })),
  symptoms: [],
  checks: [],
  exitCode: findings.length === 0 ? 0 : 1,
  status: findings.length === 0 ? 'healthy' : 'unhealthy',
})

/** A look that sees no file: what would be written is new. */
const look = Object.assign(() => Promise.reject(new Error('not asked')), {
  try: () => Promise.resolve({ ok: true, answer: { absent: true } }),
  once: <T>(_key: string, compute: () => Promise<T>) => compute(),
}) as unknown as Look

const options: FixOptions = { allow: 'safe', dryRun: false, probe: false, kickPods: false }

/** What each look finds, one after the other; the last is found from then on. */
function deps(found: readonly (readonly ReportedFinding[])[], more: Partial<FixDeps> = {}) {
  const looks: boolean[] = []
  const journal = memoryJournal()
  const asked: FixReport[] = []
  const all: FixDeps = {
    examine: (probe) => {
      looks.push(probe)
      return Promise.resolve({ report: reportOf(found[Math.min(looks.length, found.length) - 1]!), topology: fake.topology, look })
    },
    openWorld: () => Promise.resolve(fake.world),
    openJournal: () => Promise.resolve(journal),
    interrupted: () => Promise.resolve(null),
    confirm: (shown) => {
      asked.push(shown)
      return Promise.resolve(true)
    },
    kubectlOf: () => () => 'kubectl --context kind-dev',
    signal: new AbortController().signal,
    tell: () => undefined,
    startedAt: '2026-11-28T19:00:00.000Z',
    ...more,
  }
  return { all, journal, looks, asked }
}

const never = (what: string) => (): never => {
  throw new Error(`${what} was opened`)
}

describe('what makes no change opens nothing that could', () => {
  const guarded = { openWorld: never('the world'), openJournal: never('the journal') }

  test('a dry run shows what would be done', async () => {
    const { all, looks } = deps([[finding('a', remedy('safe', put('x', 'new\n')))]], { ...guarded, confirm: never('the question') })
    const document = validateFix(await fix(all, { ...options, dryRun: true }))
    expect(document).toMatchObject({
      dryRun: true,
      exitCode: 1,
      after: null,
      repairs: [{ status: 'planned', steps: [{ status: 'planned' }] }],
    })
    expect(document.repairs[0]!.steps[0]!.diff).toContain('+new')
    expect(document.id).toBeUndefined()
    expect(looks).toEqual([false])
  })

  test('a no leaves all as it is', async () => {
    const { all } = deps([[finding('a', remedy('safe', put('x', 'new')))]], { ...guarded, confirm: () => Promise.resolve(false) })
    expect(validateFix(await fix(all, options))).toMatchObject({ exitCode: 1, after: null, repairs: [{ status: 'declined' }] })
  })

  test('a healthy cluster has nothing to repair', async () => {
    const { all, looks } = deps([[]], { ...guarded, confirm: never('the question') })
    expect(validateFix(await fix(all, options))).toMatchObject({ exitCode: 0, repairs: [] })
    expect(looks).toEqual([false])
  })

  test('what only a person can do, or is not allowed, is told', async () => {
    const found = [
      finding('a', remedy('safe', { op: 'manual', command: 'docker ps' })),
      finding('b', remedy('disruptive', put('x', 'new'))),
    ]
    const { all } = deps([found], { ...guarded, confirm: never('the question') })
    expect(validateFix(await fix(all, options)).repairs.map((one) => one.status)).toEqual(['manual', 'not-allowed'])
  })

  test('an undo that is only shown', async () => {
    const journal = memoryJournal()
    const done = deps([[finding('a', remedy('safe', put('x', 'new')))], []])
    await fix({ ...done.all, openJournal: () => Promise.resolve(journal) }, options)
    const { all } = deps([[]], { ...guarded, confirm: never('the question') })
    const earlier = { id: journal.id, path: journal.path, steps: journal.steps, resume: never('the journal') }
    const document = validateFix(await undoRun(all, earlier, { dryRun: true }))
    expect(document).toMatchObject({
      command: 'undo',
      repairs: [{ status: 'planned', steps: [{ show: expect.stringMatching(/^docker exec dev-worker rm /) }] }],
    })
  })
})

describe('a repair', () => {
  test('is asked for, done, and looked at afresh', async () => {
    const { all, journal, asked, looks } = deps([[finding('a', remedy('safe', put('x', 'new')))], []])
    const document = validateFix(await fix(all, options))
    expect(document).toMatchObject({ exitCode: 0, id: journal.id, repairs: [{ status: 'applied' }], after: { exitCode: 0 } })
    expect(asked.map((one) => one.repairs.map(({ status }) => status))).toEqual([['planned']])
    expect(looks).toEqual([false, false])
    expect(journal.outcome).toBe('done')
  })

  test('is proven in the end, where that is wanted', async () => {
    const { all, looks } = deps([[finding('a', remedy('safe', put('x', 'new')))], []])
    await fix(all, { ...options, probe: true })
    expect(looks).toEqual([false, false, true])
  })

  test('of what was hidden behind another fault comes in a second round, and is asked for again', async () => {
    const hidden = finding('b', remedy('safe', put('y', 'new')))
    const { all, asked } = deps([[finding('a', remedy('safe', put('x', 'new')))], [hidden], []])
    const document = validateFix({ ...(await fix(all, options)), before: reportOf([finding('a'), hidden]) })
    expect(document.repairs.map((one) => [one.code, one.status])).toEqual([
      ['a', 'applied'],
      ['b', 'applied'],
    ])
    expect(asked).toHaveLength(2)
  })

  test('that does not help is not tried again', async () => {
    const found = [finding('a', remedy('safe', put('x', 'new')))]
    const { all, looks } = deps([found])
    expect(validateFix(await fix(all, options))).toMatchObject({ exitCode: 1, repairs: [{ status: 'applied' }], after: { exitCode: 1 } })
    expect(looks).toEqual([false, false])
  })

  test('that fails ends it: what comes after it is not begun, and the journal says that it failed', async () => {
    fake.write('x', 'by hand')
    const { all, journal } = deps([[finding('a', remedy('safe', put('x', 'new'))), finding('b', remedy('safe', put('y', 'new')))]])
    expect(validateFix(await fix(all, options)).repairs.map((one) => one.status)).toEqual(['failed', 'not-reached'])
    expect(journal.outcome).toBe('failed')
  })

  test('goes on with a run that was ended in the middle, under its id', async () => {
    const journal = memoryJournal()
    const step = put('x', 'new')
    await journal.intend({ title: 'write', step: step as never, before: { was: 'absent', missing: null } })
    fake.write('x', 'new')
    const interrupted = { id: journal.id, wasUndoing: false, steps: [...journal.steps], resume: () => Promise.resolve(journal) }
    const { all } = deps([[finding('a', remedy('safe', step))], []], {
      interrupted: () => Promise.resolve(interrupted),
      openJournal: never('another journal'),
    })
    const document = validateFix(await fix(all, options))
    expect(document).toMatchObject({
      exitCode: 0,
      id: journal.id,
      notes: [`goes on with run ${journal.id}, which was ended in the middle`],
    })
    expect(journal.steps.map((one) => one.state)).toEqual(['done'])
  })
})

test('what was being taken back is not done again: the user is told how to go on', async () => {
  const journal = memoryJournal()
  await journal.intend({ title: 'write', step: put('x', 'new') as never, before: { was: 'absent', missing: null } })
  const interrupted = { id: journal.id, wasUndoing: true, steps: [...journal.steps], resume: never('the journal') }
  const { all } = deps([[]], {
    interrupted: () => Promise.resolve(interrupted),
    openWorld: never('the world'),
    openJournal: never('the journal'),
  })
  expect(validateFix(await fix(all, options)).notes).toEqual([expect.stringContaining(`fix --undo ${journal.id} goes on with that`)])
})

test('a no to a second round leaves no run without an end', async () => {
  let answers = 0
  const hidden = finding('b', remedy('safe', put('y', 'new')))
  const { all, journal } = deps([[finding('a', remedy('safe', put('x', 'new')))], [hidden]], {
    confirm: () => Promise.resolve(answers++ === 0),
  })
  const document = validateFix({ ...(await fix(all, options)), before: reportOf([finding('a'), hidden]) })
  expect(document.repairs.map((one) => one.status)).toEqual(['applied', 'declined'])
  expect(journal.outcome).toBe('done')
})

test('only pods that wait for their next try and have an owner are made anew, each once', () => {
  const symptom = (pod: string, state: 'current' | 'stale', owner?: string): Report['symptoms'][number] => ({
    id: `${pod}/x`,
    cluster: 'dev',
    namespace: 'shop',
    pod,
    container: 'x',
    node: 'dev-worker',
    image: 'localhost:5001/x:1',
    ...(owner !== undefined && { owner }),
    reason: 'ImagePullBackOff',
    message: '',
    class: 'unknown',
    state,
    rootCause: null,
  })
  const symptoms = [
    symptom('a', 'stale', 'deploy/a'),
    symptom('a', 'stale', 'deploy/a'),
    symptom('bare', 'stale'),
    symptom('b', 'current', 'deploy/b'),
  ]
  expect(kickPods({ symptoms }, () => 'kubectl')).toMatchObject([
    { cluster: 'dev', steps: [{ op: 'pod.delete', cluster: 'dev', kubectl: 'kubectl', namespace: 'shop', pod: 'a' }] },
  ])
})
