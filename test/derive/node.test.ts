import { describe, expect, test } from 'vitest'
import { readHostingConfigMap } from '../../src/derive/hosting-configmap.ts'
import { kubeObject } from '../../src/derive/kube.ts'
import { nodeContainerd } from '../../src/derive/node-containerd.ts'
import { nodeFiles, textOf } from '../../src/derive/node-files.ts'
import { tried } from '../../src/derive/tried.ts'
import { replaySession, type RecordedObservation } from '../../src/engine/session.ts'
import { ObservationFailure, type FileEntry } from '../../src/model/observation.ts'
import type { ApiAccess } from '../../src/model/topology.ts'
import { kind, type NodeOptions } from '../sessions/kind.ts'

describe('the files of a node', () => {
  const file = (text?: string): FileEntry => ({ type: 'file', size: 1, sha256: 'x', ...(text !== undefined && { text }) })
  const link = (target: string): FileEntry => ({ type: 'link', target })
  const entries: { [path: string]: FileEntry } = {
    '/etc/a': { type: 'dir' },
    '/etc/a/file': file('text'),
    '/etc/a/binary': file(),
    '/etc/a/relative': link('file'),
    '/etc/a/up': link('../a/file'),
    '/etc/a/absolute': link('/etc/a/file'),
    '/etc/a/twice': link('relative'),
    '/etc/a/dangling': link('/nowhere'),
    '/etc/a/loop': link('loop'),
    '/etc/a/below': { type: 'dir' },
    '/etc/a/below/file': file('deep'),
  }
  const { look } = replaySession([
    { kind: 'node.files', query: { node: 'n', path: '/etc/a' }, answer: { entries } as never },
    { kind: 'node.files', query: { node: 'n', path: '/etc/b' }, answer: { absent: true } },
  ])

  test.each([
    ['/etc/a', 'dir', null],
    ['/etc/a/file', 'file', 'text'],
    ['/etc/a/binary', 'file', null],
    ['/etc/a/relative', 'file', 'text'],
    ['/etc/a/up', 'file', 'text'],
    ['/etc/a/absolute', 'file', 'text'],
    ['/etc/a/twice', 'file', 'text'],
    ['/etc/a/below/file', 'file', 'deep'],
    ['/etc/a/dangling', null, null],
    ['/etc/a/nothing', null, null],
    ['/etc/b/file', null, null],
    ['/etc/c/file', null, null],
  ])('%s is %s with %s', async (path, type, text) => {
    const files = await nodeFiles(look, 'n', ['/etc/a', '/etc/b'])
    const found = files.find(path)
    expect('entry' in found ? found.entry.type : null).toBe(type)
    expect(textOf(files, path)).toBe(text)
  })

  test('a link to itself ends', async () => {
    expect((await nodeFiles(look, 'n', ['/etc/a'])).find('/etc/a/loop')).toEqual({ errno: 'ELOOP' })
  })

  test('names are those directly in a directory', async () => {
    const files = await nodeFiles(look, 'n', ['/etc/a', '/etc/a/below', '/etc/b'])
    const names = (directory: string): string[] => files.list(directory).map((one) => one.name)
    expect(names('/etc/a/below')).toEqual(['file'])
    expect(names('/etc/a')).not.toContain('a')
    expect(names('/etc/b')).toEqual([])
  })
})

describe("a node's containerd", () => {
  const config = 'version = 2\n[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "/opt/certs.d"\n'
  const args: { [name: string]: readonly string[] } = {
    '--config FILE': ['containerd', '--log-level', 'debug', '--config', '/opt/c.toml'],
    '--config=FILE': ['containerd', '--config=/opt/c.toml'],
    '-c FILE': ['containerd', '-c', '/opt/c.toml'],
  }
  test.each(Object.entries(args))('configured by %s', async (_name, given) => {
    const { look } = kind({ everyNode: { args: given, files: { '/opt/c.toml': config } } })
    expect(await nodeContainerd(look, 'dev-worker')).toMatchObject({ configFile: '/opt/c.toml', path: { roots: ['/opt/certs.d'] } })
  })

  const elsewhere: { [name: string]: { node: NodeOptions; configFile: string; roots: readonly string[] } } = {
    'as a rule': { node: {}, configFile: '/etc/containerd/config.toml', roots: ['/etc/containerd/certs.d'] },
    'with a flag that lacks its file': {
      node: { args: ['containerd', '--config'] },
      configFile: '/etc/containerd/config.toml',
      roots: ['/etc/containerd/certs.d'],
    },
    'without any file': { node: { files: { '/etc/containerd': null } }, configFile: '/etc/containerd/config.toml', roots: [] },
    'with an import by pattern': {
      node: {
        files: { '/etc/containerd/config.toml': 'version = 2\nimports = ["conf.d/*.toml"]\n', '/etc/containerd/conf.d/a.toml': config },
      },
      configFile: '/etc/containerd/config.toml',
      roots: ['/opt/certs.d'],
    },
    'with an import whose name only looks like it': {
      node: {
        files: { '/etc/containerd/config.toml': 'version = 2\nimports = ["conf.d/*.toml"]\n', '/etc/containerd/conf.d/atoml.bak': config },
      },
      configFile: '/etc/containerd/config.toml',
      roots: [],
    },
  }
  test.each(Object.entries(elsewhere))('%s', async (_name, { node, configFile, roots }) => {
    expect(await nodeContainerd(kind({ everyNode: node }).look, 'dev-worker')).toMatchObject({ configFile, path: { roots } })
  })

  test('reads roots outside of its directory too', async () => {
    const { look } = kind({ everyNode: { files: { '/etc/containerd/config.toml': config, '/opt/certs.d/x/hosts.toml': 'x' } } })
    expect(textOf((await nodeContainerd(look, 'dev-worker')).files, '/opt/certs.d/x/hosts.toml')).toBe('x')
  })

  test('of a node that has stopped cannot be had', async () => {
    const { look } = kind({ everyNode: { state: 'exited' } })
    expect(await tried(nodeContainerd(look, 'dev-worker'))).toMatchObject({ ok: false, code: 'not-running' })
  })

  test('that does not tell its version cannot be judged', async () => {
    const { look } = replaySession([
      { kind: 'node.runtime', query: { node: 'n' }, answer: { version: 'containerd <unknown>', args: [], environment: {} } },
      { kind: 'node.files', query: { node: 'n', path: '/etc/containerd' }, answer: { absent: true } },
    ])
    expect(await tried(nodeContainerd(look, 'n'))).toMatchObject({ ok: false, code: 'unreadable' })
  })
})

describe('the API of a cluster', () => {
  const api: ApiAccess[] = [{ context: 'kind-dev' }, { node: 'dev-control-plane' }]
  const answered = (way: ApiAccess, status: number, body: unknown = {}): RecordedObservation => ({
    kind: 'kube.get',
    query: { ...way, path: '/x' },
    answer: { status, body } as never,
  })
  const silent = (way: ApiAccess): RecordedObservation => ({
    kind: 'kube.get',
    query: { ...way, path: '/x' },
    failure: { code: 'kube-unreachable', message: 'no answer' },
  })
  const [first, second] = [api[0]!, api[1]!]
  const rows: { [name: string]: { ways?: readonly ApiAccess[]; records: readonly RecordedObservation[]; gives: object } } = {
    'an object': { records: [answered(first, 200, { a: 1 })], gives: { ok: true, answer: { a: 1 } } },
    'that it is not there': { records: [answered(first, 404)], gives: { ok: true, answer: null } },
    'the next way, where one does not lead there': {
      records: [silent(first), answered(second, 200, { b: 2 })],
      gives: { ok: true, answer: { b: 2 } },
    },
    'no next way where it is refused': {
      records: [answered(first, 403, { message: 'forbidden' }), answered(second, 200)],
      gives: { ok: false, code: 'kube-forbidden', reason: 'GET /x: forbidden' },
    },
    'that no way leads there': {
      records: [silent(first), silent(second)],
      gives: { ok: false, code: 'kube-unreachable', reason: 'no answer' },
    },
    'that there is no way': { ways: [], records: [], gives: { ok: false, code: 'kube-unreachable' } },
    'any other status': { records: [answered(first, 500, null)], gives: { ok: false, code: 'kube-error', reason: 'GET /x: HTTP 500' } },
  }
  test.each(Object.entries(rows))('gives %s', async (_name, { ways = api, records, gives }) => {
    expect(await tried(kubeObject(replaySession(records).look, { name: 'dev', api: ways } as never, '/x'))).toMatchObject(gives)
  })
})

test('a fault of ours is no failure of an observation', async () => {
  await expect(tried(Promise.reject(new TypeError('ours')))).rejects.toThrow('ours')
  expect(await tried(Promise.reject(new ObservationFailure('clock', 'timeout', 'theirs')))).toEqual({
    ok: false,
    code: 'timeout',
    reason: 'theirs',
  })
})

test.each<[string, string, object]>([
  [
    'all its fields',
    'host: a\nhostFromClusterNetwork: b\nhostFromContainerRuntime: c\nhelp: d\n',
    { state: 'read', host: 'a', hostFromClusterNetwork: 'b', hostFromContainerRuntime: 'c', help: 'd' },
  ],
  ['fields that it does not know', 'host: a\nport: 1\n', { state: 'read', host: 'a' }],
  [
    'an alias bomb',
    'a: &a [x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n',
    { state: 'unreadable' },
  ],
  ['text', 'localhost:5001', { state: 'unreadable', why: expect.stringContaining('is no map') }],
  ['nothing', '', { state: 'unreadable' }],
])('the ConfigMap reads %s', (_name, text, expected) => {
  expect(readHostingConfigMap({ data: { 'localRegistryHosting.v1': text } })).toMatchObject(expected)
})
test('the ConfigMap without its key', () => {
  expect(readHostingConfigMap({ data: {} })).toEqual({ state: 'unreadable', why: 'it has no key localRegistryHosting.v1' })
  expect(readHostingConfigMap(null)).toEqual({ state: 'absent' })
})
