import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { linted, verdicts, type Cluster } from './linted.ts'

// Configurations of two clusters on which pulls failed, as they changed from one attempt to repair them to the next.

const read = (name: string): string => readFileSync(new URL(`../../fixtures/lint/${name}`, import.meta.url), 'utf8')

test.each<[string, string[]]>([
  ['k3d-1-no-registries.yaml', ['warning registries-yaml-missing 2:1']],
  ['k3d-2-insecureSkipVerify.yaml', ['warning registries-yaml-unknown-key 20:11']],
  ['k3d-3-insecure_skip_verify.yaml', ['warning setting-without-effect 23:11']],
  ['k3d-4-mirrors-only.yaml', []],
])('%s', (name, expected) => {
  expect(verdicts(name, read(name))).toEqual(expected)
})

test.each<[string, string, string[]]>([
  ['kind-without-patch.yaml', '2.1.4', ['error config-path-missing 1:1']],
  ['kind-without-patch.yaml', '2.3.4', []],
  ['kind-with-patch.yaml', '2.1.4', []],
  ['kind-with-patch.yaml', '2.3.4', []],
])('%s on containerd %s', (name, containerd, expected) => {
  expect(verdicts(name, read(name), { containerd })).toEqual(expected)
})

test('without a version a kind configuration is told on which ones it is right', () => {
  const [file] = linted('kind.yaml', read('kind-without-patch.yaml'))
  const [problem] = file!.problems
  expect(problem).toMatchObject({ code: 'config-path-missing', severity: 'warning' })
  expect(problem!.effects!.map(({ on, what }) => `${on}: ${what}`)).toEqual([
    'containerd 2.0.2: reads no hosts.toml',
    'containerd 2.1.4: reads no hosts.toml',
    'containerd 2.2.0: works',
    'containerd 2.3.4: works',
  ])
})

test('what corrects a file makes it right', () => {
  const broken = read('kind-without-patch.yaml')
  const [file] = linted('kind.yaml', broken, { containerd: '2.1.4' })
  expect(verdicts('kind.yaml', `${broken}${file!.problems[0]!.correction!.insert}\n`, { containerd: '2.1.4' })).toEqual([])
  for (const name of ['k3d-2-insecureSkipVerify.yaml', 'k3d-3-insecure_skip_verify.yaml']) {
    const text = read(name)
    const { correction } = linted(name, text)[0]!.problems[0]!
    expect(text, 'what has to go stands there').toContain(correction!.remove)
    expect(verdicts(name, text.replace(`${correction!.remove}\n`, ''))).toEqual([])
  }
})

test.each<[string, Cluster, string]>([
  ['the newest, where nothing tells', {}, 'k3s (the newest that is known) with containerd 2.3.2-k3s2'],
  ['the given one', { k3s: 'v1.31.4+k3s1' }, 'k3s v1.31.4+k3s1 with containerd 1.7.23-k3s2'],
  ['the given containerd', { k3s: 'v1.31.4+k3s1', containerd: '2.0.4-k3s2' }, 'k3s v1.31.4+k3s1 with containerd 2.0.4-k3s2'],
])('a k3d configuration is judged for %s', (_what, cluster, expected) => {
  expect(linted('k3d.yaml', read('k3d-4-mirrors-only.yaml'), cluster)[0]!.judgedFor).toEqual([expected])
})

test('a k3d configuration is judged for the k3s that its image names', () => {
  const text = read('k3d-4-mirrors-only.yaml').replace('servers: 1', 'image: docker.io/rancher/k3s:v1.30.4-k3s1\nservers: 1')
  expect(linted('k3d.yaml', text)[0]!.judgedFor).toEqual(['k3s v1.30.4+k3s1 with containerd 1.7.20-k3s1'])
})
