import { describe, expect, test } from 'vitest'
import { chosenClusters } from '../../src/discover/clusters.ts'
import { clustersBy } from '../../src/discover/found-cluster.ts'
import { k3dLabels } from '../../src/discover/k3d.ts'
import type { ContainerSummary } from '../../src/model/observation.ts'
import { everything } from '../checks/check-table.ts'
import { kind, type ContainerOptions } from '../sessions/kind.ts'

/** Labels as k3d v5.8.3 writes them. */
const labelsOf = (cluster: string, role: string): { [key: string]: string } => ({
  app: 'k3d',
  'k3d.cluster': cluster,
  'k3d.role': role,
  'k3d.cluster.network': `k3d-${cluster}`,
})

const container = (name: string, labels: { [key: string]: string }, more: Partial<ContainerSummary> = {}): ContainerSummary => ({
  name,
  image: 'rancher/k3s:v1.33.6-k3s1',
  state: 'running',
  labels,
  ports: [],
  networks: [{ name: labels['k3d.cluster.network'] ?? 'bridge', address: '172.20.0.2' }],
  ...more,
})

const one = [
  container('k3d-one-server-0', labelsOf('one', 'server')),
  container('k3d-one-agent-0', labelsOf('one', 'agent'), { state: 'exited', networks: [] }),
  container('k3d-one-serverlb', labelsOf('one', 'loadbalancer')),
  container('k3d-one-tools', labelsOf('one', 'noRole')),
  container('one-reg', labelsOf('one', 'registry')),
]

describe('k3d clusters by their labels', () => {
  test('servers and agents are nodes; the load balancer, tools and a registry of the cluster are none', () => {
    const [cluster] = clustersBy(k3dLabels, one)
    expect(cluster).toMatchObject({ name: 'one', provider: 'k3d', network: 'k3d-one', usualContext: 'k3d-one' })
    expect(cluster?.nodes).toEqual([
      { name: 'k3d-one-server-0', cluster: 'one', role: 'control-plane', running: true, state: 'running', address: '172.20.0.2' },
      { name: 'k3d-one-agent-0', cluster: 'one', role: 'worker', running: false, state: 'exited' },
    ])
    expect(cluster?.apiContainers.map((api) => api.name)).toEqual(['k3d-one-server-0', 'k3d-one-serverlb'])
  })

  test.each<[string, ContainerSummary[]]>([
    ['a registry that is left of a cluster', [container('one-reg', labelsOf('one', 'registry'))]],
    ['a registry beside clusters, whose label is empty', [container('k3d-reg', labelsOf('', 'registry'))]],
    ['containers of kind', [container('dev-control-plane', { 'io.x-k8s.kind.cluster': 'dev', 'io.x-k8s.kind.role': 'control-plane' })]],
  ])('no cluster: %s', (_name, containers) => {
    expect(clustersBy(k3dLabels, containers)).toEqual([])
  })

  test('a network of its own', () => {
    const networks = [
      { name: 'bridge', address: '172.17.0.4' },
      { name: 'shared', address: '172.21.0.2' },
    ]
    const labels = { ...labelsOf('one', 'server'), 'k3d.cluster.network': 'shared' }
    expect(clustersBy(k3dLabels, [container('k3d-one-server-0', labels, { networks })])[0]?.network).toBe('shared')
  })
})

describe('kind and k3d side by side', () => {
  const server = (cluster: string): ContainerOptions => ({
    name: `k3d-${cluster}-server-0`,
    image: 'rancher/k3s:v1.33.6-k3s1',
    labels: labelsOf(cluster, 'server'),
  })
  const namesOf = async (containers: ContainerOptions[], selection: object = {}): Promise<string[]> =>
    (await chosenClusters(kind({ containers }).look, { ...everything, ...selection })).map((found) => found.name)

  test('both are found, by name or by provider', async () => {
    expect(await namesOf([server('one')])).toEqual(['dev', 'one'])
    expect(await namesOf([server('one')], { provider: 'k3d' })).toEqual(['one'])
    expect(await namesOf([server('one')], { clusters: ['k3d-one'] })).toEqual(['one'])
  })

  test('two of one name go by the names of their contexts', async () => {
    expect(await namesOf([server('dev')])).toEqual(['kind-dev', 'k3d-dev'])
    expect(await namesOf([server('dev')], { clusters: ['k3d-dev'] })).toEqual(['k3d-dev'])
    await expect(namesOf([server('dev')], { clusters: ['dev'] })).rejects.toThrow('no cluster is named "dev"')
  })

  test('a provider without a cluster', async () => {
    await expect(namesOf([], { provider: 'k3d' })).rejects.toThrow('no k3d cluster on this Docker engine')
  })
})
