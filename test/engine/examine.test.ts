import { describe, expect, test } from 'vitest'
import { checks } from '../../src/checks/index.ts'
import { UnknownNameError } from '../../src/discover/options.ts'
import { examine, type ExamineOptions } from '../../src/engine/examine.ts'
import { replaySession, type Session } from '../../src/engine/session.ts'
import type { Report } from '../../src/model/report.ts'
import { everything } from '../checks/check-table.ts'
import { comparable, validateReport } from '../report-contract.ts'
import { certsPath, hostsToml, kind, leadingTo, noCerts, noConfigPath, type KindOptions } from '../sessions/kind.ts'

const run = (session: Session, more: Partial<ExamineOptions> = {}): Promise<Report> =>
  examine(session.look, { selection: everything, checks, failOn: 'error', mode: 'live', ...more })

/** Every way in which a report can look. */
const worlds: { [name: string]: { options: KindOptions; exitCode: number; causes: readonly string[]; explained?: readonly string[] } } = {
  healthy: { options: {}, exitCode: 0, causes: [] },
  'no registry': { options: { registry: null, configMap: null, everyNode: noCerts }, exitCode: 0, causes: [] },
  'only warnings': { options: { configMap: null }, exitCode: 0, causes: ['hosting-configmap-missing:cluster/dev'] },
  'a warning that explains a warning': {
    options: { registry: { published: [] } },
    exitCode: 0,
    causes: ['registry-port-not-published:registry/kind-registry'],
    explained: ['hosting-configmap-wrong:cluster/dev'],
  },
  stopped: {
    options: { registry: { state: 'exited' } },
    exitCode: 1,
    causes: ['registry-not-running:registry/kind-registry'],
    explained: ['registry-name-unresolvable:registry/dev/kind-registry', 'registry-not-answering:registry/kind-registry'],
  },
  'stopped and off the network: two faults': {
    options: { registry: { state: 'exited', networks: ['bridge'] } },
    exitCode: 1,
    causes: ['registry-not-running:registry/kind-registry', 'registry-not-on-network:registry/dev/kind-registry'],
    explained: ['registry-name-unresolvable:registry/dev/kind-registry', 'registry-not-answering:registry/kind-registry'],
  },
  'stopped, and a ConfigMap that is no YAML: two faults': {
    options: { registry: { state: 'exited' }, configMap: 'host: "' },
    exitCode: 1,
    causes: ['registry-not-running:registry/kind-registry', 'hosting-configmap-wrong:cluster/dev'],
    explained: ['registry-name-unresolvable:registry/dev/kind-registry', 'registry-not-answering:registry/kind-registry'],
  },
  hangs: {
    options: { registry: { serves: 'hangs' } },
    exitCode: 1,
    causes: ['registry-hanging:registry/kind-registry'],
    explained: ['registry-not-answering:registry/kind-registry', 'registry-unreachable-from-node:registry/dev/kind-registry'],
  },
  'off the network of two clusters': {
    options: { registry: { networks: ['bridge'] }, also: { other: {} } },
    exitCode: 1,
    causes: ['registry-not-on-network:registry/dev/kind-registry', 'registry-not-on-network:registry/other/kind-registry'],
    explained: ['registry-name-unresolvable:registry/dev/kind-registry', 'registry-name-unresolvable:registry/other/kind-registry'],
  },
  'the same on all nodes': {
    options: { everyNode: noConfigPath },
    exitCode: 1,
    causes: ['config-path-missing:cluster/dev:localhost:5001'],
  },
  'the same on all nodes that run': {
    options: { everyNode: noConfigPath, nodes: { worker2: { state: 'exited' } } },
    exitCode: 1,
    causes: ['node-not-running:node/dev/dev-worker2', 'config-path-missing:cluster/dev:localhost:5001'],
  },
  'two nodes of three': {
    options: { nodes: { worker: noCerts, worker2: noCerts } },
    exitCode: 1,
    causes: ['hosts-toml-missing:node/dev/dev-worker2:localhost:5001', 'hosts-toml-missing:node/dev/dev-worker:localhost:5001'],
  },
  'a cluster of one node': {
    options: { workers: 0, everyNode: noCerts },
    exitCode: 1,
    causes: ['hosts-toml-missing:node/dev/dev-control-plane:localhost:5001'],
  },
  'two hosts, both wrong': {
    options: {
      everyNode: { files: { ...leadingTo('http://localhost:1').files, [certsPath('localhost:5009')]: hostsToml('http://localhost:2') } },
      containers: [{ name: 'other-registry', published: [{ port: 5000, hostIp: '127.0.0.1', hostPort: 5009 }] }],
    },
    exitCode: 1,
    causes: ['hosts-toml-wrong-endpoint:cluster/dev:localhost:5001', 'hosts-toml-wrong-endpoint:cluster/dev:localhost:5009'],
  },
  'errors before warnings': {
    options: { configMap: null, nodes: { worker: noCerts } },
    exitCode: 1,
    causes: ['hosts-toml-missing:node/dev/dev-worker:localhost:5001', 'hosting-configmap-missing:cluster/dev'],
  },
  'what cannot be asked may hide an error': { options: { fails: ['node.trace'] }, exitCode: 3, causes: [] },
  'what cannot be asked hides nothing that is found': {
    options: { fails: ['node.trace'], registry: { state: 'exited' } },
    exitCode: 1,
    causes: ['registry-not-running:registry/kind-registry'],
    explained: ['registry-not-answering:registry/kind-registry'],
  },
  'no API, where no node tells of a registry': {
    options: { fails: ['kube.get'], registry: null, everyNode: noCerts },
    exitCode: 3,
    causes: [],
  },
  'no engine': { options: { fails: ['docker.containers'] }, exitCode: 3, causes: [] },
}

describe.each(Object.entries(worlds))('a report: %s', (_name, { options, exitCode, causes, explained = [] }) => {
  test('names each cause once, in order, and what follows from it', async () => {
    const report = await run(kind(options))
    validateReport(report)
    expect(report.rootCauses.map((one) => one.finding)).toEqual(causes)
    expect(report.rootCauses.flatMap((one) => one.explains).toSorted()).toEqual(explained.toSorted())
    expect(report.exitCode).toBe(exitCode)
    expect(report.status).toBe({ 0: 'healthy', 1: 'unhealthy', 3: 'incomplete' }[exitCode])
    expect(report.error === undefined).toBe(exitCode !== 3)
  })

  test('is the same when it is replayed', async () => {
    const session = kind(options)
    const live = await run(session)
    const replayed = await run(replaySession(session.recorded()), { mode: 'bundle', recordedChecks: checks.map((one) => one.id) })
    expect(comparable(replayed)).toEqual(comparable(live))
  })
})

describe('a result', () => {
  test('a warning is listed and does not fail its check', async () => {
    const report = await run(kind({ configMap: null }))
    expect(report.checks.find((one) => one.id === 'cluster/hosting-configmap')!.results).toMatchObject([
      { status: 'pass', findings: ['hosting-configmap-missing:cluster/dev'] },
    ])
    expect(report.findings).toMatchObject([{ severity: 'warning' }])
  })

  test('a finding that became one of the cluster is found under its new id', async () => {
    const report = await run(kind({ everyNode: noCerts }))
    const { results } = report.checks.find((one) => one.id === 'node/registry-config')!
    expect(results).toHaveLength(3)
    for (const one of results) expect(one).toMatchObject({ status: 'fail', findings: ['hosts-toml-missing:cluster/dev:localhost:5001'] })
  })

  test('a consequence shows why it is one', async () => {
    const report = await run(kind({ registry: { state: 'exited' } }))
    const { evidence } = report.findings.find((one) => one.code === 'registry-name-unresolvable')!
    expect(evidence.at(-1)).toMatchObject({ vantage: 'engine', asked: 'state of kind-registry' })
  })
})

describe('a run', () => {
  test('--fail-on warning fails on a warning', async () => {
    expect(await run(kind({ configMap: null }), { failOn: 'warning' })).toMatchObject({ exitCode: 1, status: 'unhealthy' })
  })

  test('without a cluster', async () => {
    const report = await run(kind(), { selection: { ...everything, provider: 'k3d' } })
    expect(report).toMatchObject({ exitCode: 3, status: 'incomplete', error: { code: 'no-cluster' }, checks: [], clusters: [] })
    validateReport(report)
  })

  test('without an engine', async () => {
    const report = await run(kind({ fails: (asked) => (asked.startsWith('docker.') ? 'docker-unreachable' : undefined) }))
    expect(report).toMatchObject({ exitCode: 3, error: { code: 'docker-unreachable' } })
  })

  test('of a name that there is not', async () => {
    await expect(run(kind(), { selection: { clusters: ['dve'] } })).rejects.toThrow(UnknownNameError)
  })

  test('tells what it found where, and what it chose', async () => {
    const report = await run(kind())
    expect(report.registries).toEqual([
      {
        name: 'kind-registry',
        container: 'kind-registry',
        image: 'registry:3',
        running: true,
        networks: [
          { name: 'bridge', address: '172.17.0.5' },
          { name: 'kind', address: '172.18.0.5' },
        ],
        hostAddress: '127.0.0.1:5001',
        address: 'kind-registry:5000',
        registryHosts: ['localhost:5001'],
        clusters: ['dev'],
      },
    ])
    expect(report.choices!.map((one) => one.about)).toEqual(['cluster dev', 'registry kind-registry (container kind-registry)'])
    expect(report.startedAt).toBe('2026-11-21T10:50:00.000Z')
  })
})
