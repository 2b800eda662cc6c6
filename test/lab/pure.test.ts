import { describe, expect, it } from 'vitest'
import { goMod } from '../../lab/binaries.ts'
import { boundingSetHasSysResource } from '../../lab/bounding-set.ts'
import { cacheKey } from '../../lab/cache.ts'
import { withWrapper } from '../../lab/capabilities.ts'
import { configPathPatch, kindConfig, type KindShape, resolveEventTtl } from '../../lab/cluster-config.ts'
import { shapeDifference, wantedShape } from '../../lab/cluster-note.ts'
import { mirrorIn } from '../../lab/debian.ts'
import { readyNodes } from '../../lab/nodes.ts'
import { cacheDir } from '../../lab/paths.ts'
import { isAlive, processIdentity } from '../../lab/processes.ts'
import { nodePrograms } from '../../lab/node-image.ts'
import { kubelet, kubernetes } from '../../lab/programs.ts'
import { containerdVersions, defaultContainerd, resolveContainerd, resolveKubelet } from '../../lab/versions.ts'

describe('version table', () => {
  it.each(containerdVersions.flatMap((c) => [c.version, c.minor, `v${c.version}`].map((w) => [w, c.version])))(
    '%s is %s',
    (wanted, version) => {
      expect(resolveContainerd(wanted).version).toBe(version)
    },
  )

  it('has unambiguous minors, and the default in it', () => {
    expect(new Set(containerdVersions.map((c) => c.minor)).size).toBe(containerdVersions.length)
    for (const c of containerdVersions) expect(c.version.startsWith(`${c.minor}.`)).toBe(true)
    expect(resolveContainerd(defaultContainerd).version).toBe(defaultContainerd)
  })

  it.each(['2', '2.1.5', '', 'latest', '21'])('refuses %j', (wanted) => {
    expect(() => resolveContainerd(wanted)).toThrow(/^unknown containerd version/)
  })

  it.each(['1.31', '1.31.0', 'v1.31.0'])('kubelet %s is 1.31.0', (wanted) => {
    expect(resolveKubelet(wanted)?.version).toBe('1.31.0')
  })

  it.each(['1', '1.34', '1.31.14', '', 'latest'])('refuses kubelet %j', (wanted) => {
    expect(() => resolveKubelet(wanted)).toThrow(/^unknown kubelet version/)
  })
})

describe('cache', () => {
  it('keys depend on values, not on the order of their names or on what is undefined', () => {
    expect(cacheKey({ a: 1, b: { c: [2], d: undefined } })).toBe(cacheKey({ b: { c: [2] }, a: 1 }))
    expect(cacheKey({ a: 1 })).not.toBe(cacheKey({ a: 2 }))
    expect(cacheKey({ a: [1, 2] })).not.toBe(cacheKey({ a: [2, 1] }))
    expect(cacheKey({})).toMatch(/^[0-9a-f]{12}$/)
  })

  it.each([
    [{ REGISTRY_DOCTOR_LAB_CACHE: '/a', XDG_CACHE_HOME: '/b' }, '/a'],
    [{ XDG_CACHE_HOME: '/b' }, '/b/registry-doctor-lab'],
  ])('lies where %j says', (env, dir) => {
    expect(cacheDir(env)).toBe(dir)
  })
})

describe('go.mod', () => {
  it('replaces what upstream replaces with directories of its own repository', () => {
    const upstream = 'module k8s.io/kubernetes\n\ngo 1.24.0\n\nreplace (\n\tk8s.io/api => ./staging/src/k8s.io/api\n\tother => ./x\n)\n'
    const text = goMod(kubernetes, upstream)
    expect(text).toContain('\ngo 1.24.0\n')
    expect(text).toContain('replace k8s.io/api => k8s.io/api v0.34.4\n')
    expect(text).not.toContain('other')
    expect(text).toContain('require k8s.io/kubernetes v1.34.4\n')
  })

  it('takes the staging modules of the release that is built', () => {
    const program = kubelet({ version: '1.31.0', minor: '1.31' })
    const text = goMod(program, 'go 1.22.0\n\nreplace k8s.io/api => ./staging/src/k8s.io/api\n')
    expect(text).toContain('replace k8s.io/api => k8s.io/api v0.31.0\n')
    expect(text).toContain('require k8s.io/kubernetes v1.31.0\n')
    expect(program.set).toContain('k8s.io/component-base/version.gitMinor=31')
  })
})

describe('programs of a node', () => {
  it('hold another kubelet only where it is asked for', () => {
    const versions = [resolveContainerd('2.1')]
    const own = nodePrograms(versions)
    expect(own.map((p) => p.name)).toEqual(['kubernetes', 'crictl', 'etcd', 'containerd'])
    expect(nodePrograms(versions, resolveKubelet('1.31'))).toEqual([...own, kubelet({ version: '1.31.0', minor: '1.31' })])
    expect(nodePrograms([], resolveKubelet('1.31'))).toEqual([])
  })
})

describe('apt sources', () => {
  const stanza = 'Types: deb\nURIs: http://security.example/debian\nSuites: bookworm-security\nComponents: main\n\n'
  const main = 'Types: deb deb-src\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\nComponents: main\n'

  it.each([
    [stanza + main, 'http://mirror.example/debian'],
    [stanza, undefined],
    [`Enabled: no\n${main}`, undefined],
    ['deb [signed-by=/a b=c] http://one.example/debian bookworm main contrib', 'http://one.example/debian'],
    ['# deb http://off.example bookworm main\ndeb http://x.example cloud-bookworm main', undefined],
  ])('%#', (text, mirror) => {
    expect(mirrorIn(text, 'bookworm')).toBe(mirror)
  })
})

describe('engine', () => {
  it('reads the bounding set', () => {
    expect(boundingSetHasSysResource('CapEff:\t0000000000000000\nCapBnd:\t000001ffffffffff\n')).toBe(true)
    expect(boundingSetHasSysResource('CapBnd:\t000001fffeffffff\n')).toBe(false)
    expect(boundingSetHasSysResource('no such line')).toBe(true)
  })

  it('keeps what others have set, and says the same twice', () => {
    const mine = '{"runtimes":{"other":{"path":"/o"}},"log-driver":"local"}'
    const merged = withWrapper(mine)
    expect(JSON.parse(merged)).toMatchObject({ 'log-driver': 'local', runtimes: { other: { path: '/o' } } })
    expect(withWrapper(merged)).toBe(merged)
    expect(JSON.parse(withWrapper(''))).toHaveProperty('default-runtime', 'registry-doctor-lab')
  })

  it('knows a process by more than its pid', () => {
    const own = processIdentity(process.pid) ?? ''
    expect(isAlive(own)).toBe(true)
    expect(isAlive(`${process.pid} 1`)).toBe(false)
    expect(isAlive('')).toBe(false)
  })
})

describe('cluster', () => {
  const shape: KindShape = {
    provider: 'kind',
    workers: 1,
    containerd: '2.1.4',
    configPath: true,
    registry: true,
    kubelet: 'own',
    eventTtl: '1h0m0s',
  }

  it.each([
    ['1.7', 'io.containerd.grpc.v1.cri'],
    ['2.1', 'io.containerd.cri.v1.images'],
    ['2.3', 'io.containerd.cri.v1.images'],
  ])('containerd %s reads config_path from %s', (minor, table) => {
    expect(configPathPatch({ minor })).toBe(`[plugins."${table}".registry]\n  config_path = "/etc/containerd/certs.d"\n`)
  })

  it('has networking of its own only with the lab’s own image', () => {
    const version = resolveContainerd('2.1')
    const lab = JSON.parse(kindConfig(shape, version, true)) as { nodes: unknown[] }
    expect(lab.nodes).toHaveLength(2)
    expect(lab).toHaveProperty('networking.kubeProxyMode', 'none')
    const plain = JSON.parse(kindConfig({ ...shape, configPath: false }, version, false)) as object
    expect(Object.keys(plain)).toEqual(['kind', 'apiVersion', 'nodes'])
  })

  it('tells the API server how long to keep events, where that is not the default', () => {
    const config = JSON.parse(kindConfig({ ...shape, eventTtl: '1m0s' }, resolveContainerd('2.1'), true)) as Record<string, string[]>
    const [patch = ''] = config['kubeadmConfigPatches'] ?? []
    expect(JSON.parse(patch)).toEqual({ kind: 'ClusterConfiguration', apiServer: { extraArgs: { 'event-ttl': '1m0s' } } })
  })

  it.each([
    ['1m0s', '1m0s'],
    ['60s', '1m0s'],
    ['1h', '1h0m0s'],
    ['90m', '1h30m0s'],
    ['5s', '5s'],
  ])('event ttl %s is %s', (wanted, ttl) => {
    expect(resolveEventTtl(wanted)).toBe(ttl)
  })

  it.each(['', '0s', '60', '1s1m', '-5s', '1.5h', '5 s'])('refuses event ttl %j', (wanted) => {
    expect(() => resolveEventTtl(wanted)).toThrow(`--event-ttl is a duration such as 1m0s, not '${wanted}'`)
  })

  it('keeps what an existing cluster is made of, and is healthy unless told otherwise', () => {
    expect(wantedShape({ name: 'a' }, undefined)).toEqual({ ...shape, workers: 0 })
    const different = { workers: 2, containerd: '1.7.34', configPath: false, registry: false, kubelet: '1.31.0', eventTtl: '1m0s' }
    const other: KindShape = { ...shape, ...different }
    expect(wantedShape({ name: 'a' }, other)).toEqual({ ...other, configPath: true, registry: true })
    expect(wantedShape({ name: 'a', containerd: '2.2', workers: 0 }, other)).toMatchObject({ containerd: '2.2.7', workers: 0 })
    expect(wantedShape({ name: 'a', kubelet: 'own', eventTtl: '1h' }, other)).toMatchObject({ kubelet: 'own', eventTtl: '1h0m0s' })
    expect(() => wantedShape({ name: 'a', images: 'upstream' }, other)).toThrow(/^published node images have only their own kubelet/)
  })

  it('says in what a cluster differs', () => {
    expect(shapeDifference(shape, shape)).toBeUndefined()
    expect(shapeDifference(shape, { ...shape, workers: 2 })).toBe('workers 1, wanted 2')
    expect(shapeDifference(shape, { ...shape, kubelet: '1.31.0', eventTtl: '1m0s' })).toBe(
      'kubelet own, wanted 1.31.0; eventTtl 1h0m0s, wanted 1m0s',
    )
  })

  it('does not believe a Ready of before the restart', () => {
    const node = (name: string, status: string, lastHeartbeatTime: string) => ({
      metadata: { name },
      status: { conditions: [{ type: 'Ready', status, lastHeartbeatTime }] },
    })
    const items = [
      node('fresh', 'True', '2026-01-01T10:00:05Z'),
      node('restarted', 'True', '2026-01-01T09:00:00Z'),
      node('never-restarted', 'True', '2026-01-01T09:00:00Z'),
      node('not-ready', 'False', '2026-01-01T10:00:05Z'),
      { ...node('drained', 'True', '2026-01-01T10:00:05Z'), spec: { unschedulable: true } },
    ]
    const start = (text: string) => Date.parse(text)
    const starts = new Map([
      ['fresh', start('2026-01-01T10:00:00.9Z')],
      ['restarted', start('2026-01-01T10:00:00Z')],
      ['never-restarted', start('2026-01-01T08:00:00Z')],
      ['not-ready', start('2026-01-01T10:00:00Z')],
    ])
    expect(readyNodes({ items }, starts)).toBe(2)
  })
})
