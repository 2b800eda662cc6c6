import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { shapeDifference } from '../../lab/cluster-note.ts'
import { hasFlag, k3dConfig, k3dHostingConfigMap, k3dRegistryOf, type K3dShape, wantedK3dShape } from '../../lab/k3d-config.ts'
import { refuseRegistries } from '../../lab/k3d-nodes.ts'
import { defaultK3sContainerd, k3sVersions, resolveK3s } from '../../lab/versions.ts'

const shape: K3dShape = {
  provider: 'k3d',
  agents: 1,
  containerd: '2.1.5-k3s1',
  registry: 'use',
  registries: 'generated',
  flagOn: 'none',
}

describe('versions of k3s', () => {
  it.each(k3sVersions.flatMap((k) => [k.containerd, k.minor, `v${k.containerd}`].map((wanted) => [wanted, k.k3s])))(
    '%s is that of %s',
    (wanted, k3s) => {
      expect(resolveK3s(wanted).k3s).toBe(k3s)
    },
  )

  it('have unambiguous minors, and the default in them', () => {
    expect(new Set(k3sVersions.map((k) => k.minor)).size).toBe(k3sVersions.length)
    expect(resolveK3s(defaultK3sContainerd).containerd).toBe(defaultK3sContainerd)
  })
})

describe('shape of a k3d cluster', () => {
  const other: K3dShape = { ...shape, agents: 2, containerd: '1.7.23-k3s2', registry: 'none', registries: 'mirrors: {}\n', flagOn: 'all' }

  it('keeps what an existing cluster is made of, and is as k3d makes it unless told otherwise', () => {
    expect(wantedK3dShape({ name: 'a' }, undefined)).toEqual(shape)
    expect(wantedK3dShape({ name: 'a' }, other)).toEqual({ ...shape, agents: 2, containerd: '1.7.23-k3s2' })
    expect(wantedK3dShape({ name: 'a', agents: 0, containerd: '2.0' }, other)).toMatchObject({ agents: 0, containerd: '2.0.2-k3s2' })
  })

  it.each([
    [{}, 'none', false, false],
    [{ disableDefaultEndpoint: true }, 'all', true, true],
    [{ disableDefaultEndpoint: true, flagOn: 'servers' as const }, 'servers', true, false],
  ])('%j: the flag is on %s', (options, flagOn, server, agent) => {
    const wanted = wantedK3dShape({ name: 'a', ...options }, undefined)
    expect(wanted.flagOn).toBe(flagOn)
    expect([hasFlag(wanted, 'server'), hasFlag(wanted, 'agent')]).toEqual([server, agent])
  })

  it('says in what a cluster differs, without the text of a file', () => {
    expect(shapeDifference(shape, shape)).toBeUndefined()
    expect(shapeDifference(other, { ...other, agents: 1, registries: 'generated' })).toBe(
      'agents 2, wanted 1; another text of registries is wanted',
    )
  })

  it('is refused with a registries.yaml with which k3s does not start', () => {
    expect(() => refuseRegistries(shape)).not.toThrow()
    expect(() => refuseRegistries(other)).not.toThrow()
    const text = 'mirrors: {a: {endpoint: "http://a"}}\n'
    expect(() => refuseRegistries({ ...shape, registries: text })).toThrow(/^k3s does not start with this registries.yaml: /)
  })
})

describe('k3d’s config', () => {
  const config = (wanted: Partial<K3dShape>, ownImage = true) => {
    const all = { ...shape, ...wanted }
    return parse(k3dConfig({ name: 'a', image: 'i', shape: all, registry: k3dRegistryOf('a', all), ownImage })) as Record<string, unknown>
  }

  it('uses the registry beside the cluster, and has no load balancer with the lab’s own image', () => {
    expect(config({})).toMatchObject({
      registries: { use: ['k3d-dev-reg:5000'] },
      options: { k3d: { disableLoadbalancer: true }, k3s: { extraArgs: [] } },
    })
    expect(config({})).not.toHaveProperty('files')
    expect(config({}, false)).toHaveProperty('options.k3d.disableLoadbalancer', false)
  })

  it('lets k3d make a registry of the cluster’s own, or none', () => {
    expect(config({ registry: 'create' })).toMatchObject({ registries: { create: { name: 'k3d-a-registry', hostPort: '5003' } } })
    expect(config({ registry: 'none' })).not.toHaveProperty('registries')
  })

  it('names only roles that there are: k3d refuses a filter without a node', () => {
    const both = ['server:*', 'agent:*']
    expect(config({ flagOn: 'all' })).toHaveProperty('options.k3s.extraArgs.0.nodeFilters', both)
    expect(config({ flagOn: 'servers' })).toHaveProperty('options.k3s.extraArgs.0.nodeFilters', ['server:*'])
    expect(config({ flagOn: 'all', agents: 0 })).toHaveProperty('options.k3s.extraArgs.0.nodeFilters', ['server:*'])
    expect(config({ registries: 'mirrors: {}\n' })).toHaveProperty('files.0', {
      description: 'registries.yaml',
      source: 'registries.yaml',
      destination: '/etc/rancher/k3s/registries.yaml',
      nodeFilters: both,
    })
  })

  it('publishes the registry as k3d does', () => {
    const { data } = JSON.parse(k3dHostingConfigMap(k3dRegistryOf('a', shape))) as { data: Record<string, string> }
    expect(parse(data['localRegistryHosting.v1']!)).toMatchObject({ host: 'localhost:5000', hostFromContainerRuntime: 'k3d-dev-reg:5000' })
  })
})
