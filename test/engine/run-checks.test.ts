import { describe, expect, test } from 'vitest'
import { defineCheck, type AnyCheck, type Verdict } from '../../src/checks/define-check.ts'
import { runChecks, type CheckOutcome, type SubjectResult } from '../../src/engine/run-checks.ts'
import { replaySession } from '../../src/engine/session.ts'
import { ObservationFailure, type Look } from '../../src/model/observation.ts'
import type { Registry, Topology } from '../../src/model/topology.ts'
import { finding } from '../diagnosis/findings.ts'

const node = (name: string, cluster: string) => ({ name, cluster, role: 'worker', running: true, state: 'running' })
const cluster = (name: string, ...nodes: readonly string[]) => ({
  name,
  provider: 'kind' as const,
  network: 'kind',
  nodes: nodes.map((one) => node(one, name)),
  context: null,
  api: [],
  containerRuntime: {},
  kubelet: {},
  platform: {},
})
const registry = (name: string, ...clusters: readonly string[]): Registry => ({
  name,
  place: 'container',
  address: `${name}:5000`,
  scheme: 'http',
  registryHosts: [],
  references: [],
  clusters,
  role: 'registry',
})
const topology: Topology = {
  clusters: [cluster('one', 'one-a', 'one-b'), cluster('two', 'two-a')],
  registries: [registry('shared', 'one', 'two'), registry('own', 'two')],
  choices: [],
  gaps: [],
}
const { look } = replaySession([])
const wrong = finding('node-not-running', { kind: 'node', cluster: 'one', name: 'one-a' })

const perNode = (run: (look: Look, name: string) => Promise<Verdict>, id = 'node/made-up'): AnyCheck =>
  defineCheck({
    id,
    per: 'node',
    title: 'made up',
    why: 'made up',
    finds: ['node-not-running'],
    run: (given, { node: { name } }) => run(given, name),
  })

async function resultsOf(check: AnyCheck, options?: Parameters<typeof runChecks>[3]): Promise<readonly SubjectResult[]> {
  const [outcome] = await runChecks(look, [check], topology, options)
  return outcome!.results.map((one) => ({ ...one, durationMs: 0 }))
}

const subjectOf = (name: string): object => ({ kind: 'node', cluster: name.slice(0, 3), name })

describe('what a check says of a subject becomes its result', () => {
  const rows: { [name: string]: { run: () => Promise<Verdict>; result: Partial<SubjectResult> } } = {
    nothing: { run: async () => [], result: { status: 'pass', findings: [] } },
    'a finding': { run: async () => [wrong], result: { status: 'pass', findings: [wrong] } },
    'findings and timings': {
      run: async () => ({ findings: [wrong], timings: { dns: 3 } }),
      result: { status: 'pass', findings: [wrong], timings: { dns: 3 } },
    },
    'that it does not apply': {
      run: async () => ({ skip: 'no such thing' }),
      result: { status: 'skip', reason: 'no such thing', findings: [] },
    },
    'that it could not look': {
      run: async () => {
        throw new ObservationFailure('node.trace', 'timeout', 'no answer')
      },
      result: { status: 'blocked', reason: 'no answer', failureCode: 'timeout', findings: [] },
    },
    'that its look was not recorded': {
      run: async () => {
        await look('clock', {})
        return []
      },
      result: { status: 'blocked', reason: 'not recorded', failureCode: 'not-recorded', findings: [] },
    },
    'that it is broken itself': {
      run: async () => {
        throw new TypeError('x is undefined')
      },
      result: { status: 'error', reason: 'the check itself failed: x is undefined', findings: [] },
    },
    'a throw before its first await': {
      run: () => {
        throw new Error('at once')
      },
      result: { status: 'error', reason: 'the check itself failed: at once' },
    },
    'a code that it does not declare': {
      run: async () => [{ ...wrong, code: 'registry-hanging' }],
      result: {
        status: 'error',
        reason: 'the check itself failed: node/made-up found registry-hanging, which it does not declare',
        findings: [],
      },
    },
  }
  test.each(Object.entries(rows))('%s', async (_name, { run, result }) => {
    for (const one of await resultsOf(perNode(run))) expect(one).toMatchObject(result)
  })
})

test('one subject that cannot be judged hides nothing of another', async () => {
  const results = await resultsOf(
    perNode(async (_look, name) => {
      if (name === 'one-a') return [wrong]
      if (name === 'one-b') throw new ObservationFailure('node.trace', 'timeout', 'no answer')
      throw new Error('broken')
    }),
  )
  expect(results.map(({ subject, status }) => [subject, status])).toEqual([
    [subjectOf('one-a'), 'pass'],
    [subjectOf('one-b'), 'blocked'],
    [subjectOf('two-a'), 'error'],
  ])
  expect(results[0]!.findings).toEqual([wrong])
})

describe('subjects', () => {
  const subjects = async (per: AnyCheck['per']): Promise<unknown[]> =>
    (await resultsOf({ id: 'a/b', per, title: '', why: '', finds: [], run: async () => [] })).map((one) => one.subject)

  test('of nodes: those of every cluster', async () => {
    expect(await subjects('node')).toEqual([subjectOf('one-a'), subjectOf('one-b'), subjectOf('two-a')])
  })
  test('of clusters', async () => {
    expect(await subjects('cluster')).toEqual([
      { kind: 'cluster', name: 'one' },
      { kind: 'cluster', name: 'two' },
    ])
  })
  test('of registries: each once', async () => {
    expect(await subjects('registry')).toEqual([
      { kind: 'registry', name: 'shared' },
      { kind: 'registry', name: 'own' },
    ])
  })
  test('of a registry as each cluster uses it', async () => {
    expect(await subjects('cluster-registry')).toEqual([
      { kind: 'registry', cluster: 'one', name: 'shared' },
      { kind: 'registry', cluster: 'two', name: 'shared' },
      { kind: 'registry', cluster: 'two', name: 'own' },
    ])
  })
})

describe('in a replay', () => {
  const newer = perNode(async () => [wrong], 'node/newer')

  test('a check that is newer than the bundle is skipped', async () => {
    for (const one of await resultsOf(newer, { recordedChecks: ['node/older'] }))
      expect(one).toMatchObject({ status: 'skip', reason: 'not in this bundle', findings: [] })
  })
  test('a check that the bundle knows is run', async () => {
    for (const one of await resultsOf(newer, { recordedChecks: ['node/newer'] })) expect(one.findings).toEqual([wrong])
  })
})

test('a view is told of each check before its outcome, and of the same outcome', async () => {
  const told: { id: string; outcome: Promise<CheckOutcome> }[] = []
  const checks = [perNode(async () => [], 'node/one'), perNode(async () => [wrong], 'node/two')]
  const running = runChecks(look, checks, topology, { onStart: ({ id }, outcome) => told.push({ id, outcome }) })
  expect(told.map((one) => one.id)).toEqual(['node/one', 'node/two'])
  expect(await Promise.all(told.map((one) => one.outcome))).toEqual(await running)
})
