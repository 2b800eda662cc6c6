import { describe, expect, it } from 'vitest'
import { filesOf } from '../../src/containerd/files.ts'
import { pullPath, type PullSettings } from '../../src/containerd/pull-path.ts'
import { pullPlan } from '../../src/containerd/pull-plan.ts'
import { treeOf, version } from './certs-d.ts'

const both = '/etc/containerd/certs.d:/etc/docker/certs.d'
const roots = both.split(':')

const table: readonly (readonly [name: string, version: string, settings: PullSettings, wanted: object])[] = [
  ['1.x splits a list', '1.7.34', { configPath: both }, { path: 'local', roots, endpointsFrom: 'certs.d', listIgnored: false }],
  ['1.x has no default', '1.7.34', {}, { path: 'local', roots: [], endpointsFrom: 'mirrors' }],
  ['1.x refuses TLS settings beside config_path', '1.7.34', { configPath: '/c', configsHaveTls: true }, { path: 'none' }],
  ['2.0 pulls itself', '2.0.2', { configPath: '/c' }, { path: 'local', roots: ['/c'] }],
  ['2.1 hands over', '2.1.4', { configPath: '/c' }, { path: 'transfer', roots: ['/c'], listIgnored: false }],
  ['2.1 has no default: the endpoint is the registry itself', '2.1.4', {}, { path: 'transfer', roots: [], endpointsFrom: 'certs.d' }],
  ['2.1 takes a list for one name', '2.1.4', { configPath: both }, { path: 'transfer', roots: [both], listIgnored: true }],
  [
    'kind discards layers',
    '2.1.4',
    { discardUnpackedLayers: true },
    { path: 'local', because: 'DiscardUnpackedLayers', endpointsFrom: 'mirrors' },
  ],
  [
    'annotations force the local pull',
    '2.2.7',
    { disableSnapshotAnnotations: false },
    { path: 'local', because: 'DisableSnapshotAnnotations', roots },
  ],
  ['credentials force it', '2.3.4', { configs: ['reg'] }, { path: 'local', because: 'Registry.Configs', roots }],
  ['old credentials force it', '2.3.4', { auths: ['reg'] }, { path: 'local', because: 'Registry.Auths', roots }],
  ['other download counts force it', '2.3.4', { maxConcurrentDownloads: 5 }, { path: 'local', because: 'MaxConcurrentDownloads' }],
  ['the usual count does not', '2.3.4', { maxConcurrentDownloads: 3 }, { path: 'transfer' }],
  ['syncing forces it', '2.3.4', { imagePullWithSyncFs: true }, { path: 'local', because: 'ImagePullWithSyncFs' }],
  ['being told forces it', '2.3.4', { useLocalImagePull: true }, { path: 'local', because: 'use_local_image_pull', roots }],
  [
    'mirrors force it',
    '2.3.4',
    { mirrors: { a: [] } },
    { path: 'local', because: 'Registry.Mirrors', roots: [], endpointsFrom: 'mirrors' },
  ],
  ['the default of 2.2 is a list that is ignored', '2.2.7', {}, { path: 'transfer', roots: [both], listIgnored: true }],
  ['an empty string is no value since 2.2.2', '2.2.7', { configPath: '' }, { roots: [both] }],
  ['an empty string is a value in 2.2.1', '2.2.1', { configPath: '' }, { roots: [] }],
  ['mirrors collide with the default of 2.2.1', '2.2.1', { mirrors: { a: [] } }, { path: 'none' }],
  ['mirrors collide with config_path', '2.3.4', { mirrors: { a: [] }, configPath: '/c' }, { path: 'none' }],
  ['a newer one has the newest rules', '2.9.0', {}, { path: 'transfer', rulesOf: '2.4.2' }],
]

describe('how the CRI pulls', () => {
  it.each(table)('%s (%s)', (_name, containerd, settings, wanted) => {
    expect(pullPath(version(containerd), settings)).toMatchObject(wanted)
  })

  it('says of whom the rules are only where it must', () => {
    expect(pullPath(version('2.3.9'), {})).not.toHaveProperty('rulesOf')
  })
})

describe('the plan for an image', () => {
  const files = filesOf([
    {
      path: '/etc/containerd',
      answer: treeOf('/etc/containerd', { 'certs.d/localhost:5001/hosts.toml': '[host."http://kind-registry:5000"]\n' }),
    },
    { path: '/etc/docker', answer: { absent: true } },
  ])
  const urls = (containerd: string, settings: PullSettings, image = 'localhost:5001/app'): unknown => {
    const plan = pullPlan(version(containerd), settings, files, image)
    if (plan.kind !== 'plan' || plan.endpoints.kind !== 'endpoints') return plan
    return plan.endpoints.endpoints.map(({ url, source, httpFallback }) => `${source} ${url}${httpFallback ? ' or http' : ''}`)
  }
  const led = ['hosts.toml http://kind-registry:5000/v2', 'default https://localhost:5001/v2 or http']

  it.each<readonly [string, PullSettings, readonly string[]]>([
    ['1.7.34', { configPath: '/etc/containerd/certs.d' }, led],
    ['1.7.34', {}, ['default http://localhost:5001/v2']],
    ['2.1.4', { discardUnpackedLayers: true }, ['default http://localhost:5001/v2']],
    ['2.2.7', { discardUnpackedLayers: true }, led],
    ['2.2.7', {}, ['default https://localhost:5001/v2 or http']],
    [
      '1.7.34',
      { mirrors: { 'localhost:5001': ['http://kind-registry:5000'] } },
      ['mirrors http://kind-registry:5000/v2', 'default http://localhost:5001/v2'],
    ],
    [
      '1.7.34',
      { mirrors: { '*': ['mirror.lan', 'localhost:5000/x'] } },
      ['mirrors https://mirror.lan/v2', 'mirrors http://localhost:5000/x', 'default http://localhost:5001/v2'],
    ],
    ['1.7.34', { mirrors: { 'localhost:5001': ['http://localhost:5001'], '*': ['http://a'] } }, ['mirrors http://localhost:5001/v2']],
  ])('of %s with %j', (containerd, settings, wanted) => {
    expect(urls(containerd, settings)).toEqual(wanted)
  })

  it('asks Docker Hub by its own name', () => {
    expect(urls('1.7.34', {}, 'busybox')).toEqual(['default https://registry-1.docker.io/v2'])
  })

  it('says of an image that is none what the kubelet says', () => {
    expect(urls('2.2.7', {}, 'App')).toMatchObject({ kind: 'invalid-image' })
  })

  it('does not guess where a file was not looked at', () => {
    expect(pullPlan(version('2.2.7'), { configPath: '/elsewhere' }, files, 'localhost:5001/app')).toMatchObject({
      endpoints: { kind: 'unseen', path: '/elsewhere/localhost_5001_' },
    })
  })

  it('has no endpoints where the plugin does not load', () => {
    expect(urls('2.3.4', { configPath: '/c', mirrors: { a: [] } })).toMatchObject({ endpoints: { kind: 'error' } })
  })
})

it('empty parts of a list in config_path are none', () => {
  expect(pullPath(version('1.7.27'), { configPath: ':/a::/b:' })).toMatchObject({ roots: ['/a', '/b'] })
})
