import { describe, expect, test } from 'vitest'
import { planCluster, type ClusterPlan, type ClusterWanted } from '../../../../src/effects/setup/cluster/plan-cluster.ts'
import type { Refused, SetupOptions } from '../../../../src/effects/setup/options.ts'
import { kind, type KindOptions } from '../../../sessions/kind.ts'
import { machine, type MachineOptions } from '../machine.ts'

const programs = { kind: 'kind v0.30.0 go1.24.6 linux/amd64\n', k3d: 'k3d version v5.8.3\nk3s version v1.31.5-k3s1 (default)\n' }
const bare: KindOptions = { registry: null }

const planned = (
  wanted: ClusterWanted,
  world: KindOptions = bare,
  options: SetupOptions = {},
  on: MachineOptions = { programs },
): Promise<ClusterPlan | Refused> => planCluster(kind(world).look, wanted, options, machine(on))

const k3dHead = 'apiVersion: k3d.io/v1alpha5\nkind: Simple\n'
const config = (text: string) => ({ path: 'mine.yaml', text })

describe('a cluster that is not there', () => {
  test('kind: the registry first, then the cluster', async () => {
    expect(await planned({ provider: 'kind', cluster: 'app' })).toMatchObject({
      cluster: 'app',
      registryName: 'kind-registry',
      repairs: [
        { steps: [{ op: 'container.run', container: 'kind-registry', publish: '127.0.0.1:5001:5000' }] },
        {
          title: 'create the kind cluster app',
          risk: 'safe',
          steps: [{ op: 'cluster.create', provider: 'kind', cluster: 'app', config: expect.stringContaining('config_path') }],
        },
      ],
      notes: [],
    })
  })

  test('k3d: with mirrors for the registry on the port that it gets', async () => {
    const plan = await planned({ provider: 'k3d' }, {}, {}, { programs, ports: { 5002: 'x' } })
    expect(plan).toMatchObject({
      cluster: 'k3s-default',
      registryName: 'k3d-registry',
      repairs: [
        { steps: [{ op: 'container.run', publish: '127.0.0.1:5003:5000' }] },
        { steps: [{ op: 'cluster.create', provider: 'k3d', config: expect.stringContaining('localhost:5003') }] },
      ],
    })
  })

  test.each<[string, ClusterWanted, string]>([
    [
      'what the user says',
      { provider: 'kind', cluster: 'app', config: config('kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nname: other\n') },
      'app',
    ],
    [
      'the configuration of kind',
      { provider: 'kind', config: config('kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nname: other\n') },
      'other',
    ],
    ['the configuration of k3d', { provider: 'k3d', config: config(`${k3dHead}metadata:\n  name: other\n`) }, 'other'],
    ['what kind calls it', { provider: 'kind' }, 'kind'],
  ])('is called by %s', async (_what, wanted, expected) => {
    expect(await planned(wanted)).toMatchObject({ cluster: expected })
  })

  test('a registry that runs is taken as it is', async () => {
    expect(await planned({ provider: 'kind', cluster: 'app' }, {})).toMatchObject({
      repairs: [{ steps: [] }, { steps: [{ op: 'cluster.create' }] }],
    })
  })

  test('the registry that the configuration of k3d names is the one', async () => {
    const labels = { app: 'k3d', 'k3d.role': 'registry' }
    const containers = [
      { name: 'k3d-mine', labels, networks: ['bridge'], published: [{ port: 5000, hostIp: '127.0.0.1', hostPort: 5010 }] },
    ]
    const wanted = { provider: 'k3d', config: config(`${k3dHead}registries:\n  use:\n    - mine:5010\n`) } as const
    expect(await planned(wanted, { ...bare, containers })).toMatchObject({ registryName: 'k3d-mine', repairs: [{ steps: [] }, {}] })
    expect(await planned(wanted)).toMatchObject({ refused: { code: 'registry-not-found' } })
  })

  test('a registry that k3d makes itself comes with the cluster, over plain HTTP', async () => {
    const text = `${k3dHead}registries:\n  create:\n    name: mine\n`
    const wanted = { provider: 'k3d', config: config(text) } as const
    expect(await planned(wanted)).toMatchObject({ repairs: [{ steps: [{ op: 'cluster.create', config: text }] }] })
    const tls = { authority: { path: '/ca', text: '' }, certificate: { path: '/crt', text: '' }, keyPath: '/key', made: 'nothing' } as const
    expect(await planned(wanted, bare, { tls })).toMatchObject({ refused: { code: 'registry-plain-http' } })
  })
})

describe('a cluster that is there', () => {
  const nodes = (...roles: string[]): string =>
    `kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n${roles.map((role) => `  - role: ${role}\n`).join('')}`

  test.each<[string, string | undefined, string]>([
    ['nothing is asked for', undefined, 'the kind cluster dev is there already'],
    ['it is what is asked for', nodes('control-plane', 'worker', 'worker'), 'the kind cluster dev is there already'],
    [
      'it has more nodes',
      nodes('control-plane', 'worker'),
      'the kind cluster dev is there already and stays as it is, though it differs: 2 worker nodes, not 1',
    ],
    [
      'it has another image',
      nodes('control-plane\n    image: kindest/node:v9', 'worker', 'worker'),
      'the kind cluster dev is there already and stays as it is, though it differs: no control-plane node of kindest/node:v9',
    ],
  ])('stays: %s', async (_what, text, note) => {
    const wanted: ClusterWanted = { provider: 'kind', cluster: 'dev', ...(text !== undefined && { config: config(text) }) }
    // Nor is its command line asked for.
    expect(await planned(wanted, {}, {}, {})).toEqual({ cluster: 'dev', repairs: [], notes: [note] })
  })

  test('one of the other provider is another', async () => {
    expect(await planned({ provider: 'k3d', cluster: 'dev' })).toMatchObject({ repairs: [{}, { title: 'create the k3d cluster dev' }] })
  })
})

describe('what keeps it from being made', () => {
  test.each<[string, ClusterWanted, MachineOptions, object]>([
    ['no command line', { provider: 'kind' }, {}, { code: 'kind-not-found', message: expect.stringContaining('kind is not installed') }],
    ['a name that is none', { provider: 'k3d', cluster: 'a b; c' }, { programs }, { code: 'cluster-name' }],
    [
      'a configuration that kind refuses',
      { provider: 'kind', config: config('kind: Cluster\n') },
      { programs },
      { code: 'cluster-config' },
    ],
  ])('%s', async (_what, wanted, on, refused) => {
    expect(await planned(wanted, bare, {}, on)).toMatchObject({ refused })
  })

  test('an engine that does not answer', async () => {
    expect(await planned({ provider: 'kind' }, { ...bare, fails: ['docker.containers'] })).toMatchObject({ refused: { code: 'timeout' } })
  })
})
