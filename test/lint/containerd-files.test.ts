import { describe, expect, test } from 'vitest'
import { linted, onlyProblem, verdicts } from './linted.ts'

const path = 'certs.d/localhost:5001/hosts.toml'
const mirror = '[host."http://kind-registry:5000"]\n'

describe('hosts.toml that works', () => {
  test.each<[string, string, string?]>([
    ['one line', mirror],
    ['with capabilities', `${mirror}  capabilities = ["pull", "resolve"]\n`],
    [
      'as k3s writes it',
      `server = "https://k3d-dev-reg:5000/v2"\ncapabilities = ["pull", "resolve", "push"]\n\n[host]\n\n${mirror}`,
      'k3d-dev-reg:5000/hosts.toml',
    ],
    ['a first host that cannot serve, and a second that can', `[host."https://nowhere:1"]\n${mirror}`],
    ['a first host without a scheme, and a second with one', `[host."kind-registry:5000"]\n${mirror}`],
    ['push alone, and a server', `server = "http://kind-registry:5000"\n[host."http://other:5000"]\n  capabilities = ["push"]\n`],
    ['only how the registry itself is asked', 'ca = "ca.crt"\n[host]\n', 'certs.d/registry.example.com/hosts.toml'],
    ['a certificate authority beside it', '[host."https://reg.lan"]\n  ca = "ca.crt"\n', 'certs.d/reg.lan/hosts.toml'],
    ['for every host', mirror, 'certs.d/_default/hosts.toml'],
    ['of a folder with underscores', mirror, 'certs.d/localhost_5001_/hosts.toml'],
    ['from standard input', mirror, '-'],
  ])('%s', (_what, text, at = path) => {
    expect(verdicts(at, text)).toEqual([])
  })
})

describe('hosts.toml that leads nowhere', () => {
  test.each<[string, string, string[]]>([
    ['no scheme', '[host."kind-registry:5000"]\n', ['error http-registry-asked-over-https 1:2']],
    ['push alone', `${mirror}  capabilities = ["push"]\n`, ['error hosts-toml-no-capability 1:2']],
    ['an unknown capability', `${mirror}  capabilities = ["pul"]\n`, ['error hosts-toml-invalid 1:1']],
    [
      'hosts in place of host',
      mirror.replace('host.', 'hosts.'),
      ['error hosts-toml-invalid 1:1', 'error hosts-toml-wrong-endpoint 1:1', 'warning unknown-key 1:2'],
    ],
    ['a table twice', mirror + mirror, ['error hosts-toml-invalid 2:2']],
    ['no TOML', '[host."http://kind-registry:5000"\n', ['error hosts-toml-invalid 1:2']],
    ['nothing', '\n', ['error hosts-toml-invalid 1:1', 'error hosts-toml-wrong-endpoint 1:1']],
    ['the node itself', '[host."http://localhost:5001"]\n', ['warning hosts-toml-wrong-endpoint 1:2']],
    ['skip_verify of plain HTTP', `${mirror}  skip_verify = true\n`, ['warning setting-without-effect 2:3']],
    ['insecure_skip_verify', `${mirror}  insecure_skip_verify = true\n`, ['warning unknown-key 2:3']],
    ['plain-http', `${mirror}  plain-http = true\n`, ['warning unknown-key 2:3']],
  ])('%s', (_what, text, expected) => {
    expect(verdicts(path, text)).toEqual(expected)
  })

  test('what only some versions read says which', () => {
    const dotted = 'host."http://kind-registry:5000".capabilities = ["pull", "resolve"]\n'
    const problem = onlyProblem(path, dotted)
    expect(problem).toMatchObject({ code: 'hosts-toml-wrong-endpoint', severity: 'warning' })
    expect(problem.effects!.map(({ on, what }) => `${on}: ${what}`)).toEqual([
      'containerd 1.7.27: works',
      'containerd 2.1.4: does not ask "http://kind-registry:5000"',
      'containerd 2.3.4: does not ask "http://kind-registry:5000"',
    ])
    expect(verdicts(path, dotted, { containerd: '1.7.27' })).toEqual([])
    expect(verdicts(path, dotted, { containerd: '2.3.4' })).toEqual(['error hosts-toml-wrong-endpoint 1:1'])
  })

  test('a server alone is rejected by containerd before 1.7.32', () => {
    const text = 'server = "http://kind-registry:5000"\n'
    expect(verdicts(path, text, { containerd: '1.7.31' })).toEqual(['error hosts-toml-invalid 1:1'])
    expect(verdicts(path, text, { containerd: '1.7.32' })).toEqual([])
  })

  test('a host without a scheme gets one', () => {
    expect(onlyProblem(path, '[host."kind-registry:5000"]\n').correction).toEqual({
      remove: '[host."kind-registry:5000"]',
      insert: '[host."http://kind-registry:5000"]',
    })
  })

  test('that its registry host is not known is told', () => {
    expect(linted('hosts.toml', mirror)[0]!.notes).toEqual([expect.stringContaining('cannot be told')])
  })
})

const plugin = (name: string): string => `[plugins."${name}".registry]\n`
const [old, fresh] = ['io.containerd.grpc.v1.cri', 'io.containerd.cri.v1.images']
const certsD = 'config_path = "/etc/containerd/certs.d"\n'
const list = 'config_path = "/etc/containerd/certs.d:/etc/docker/certs.d"\n'

test('a byte order mark, which cannot be seen, is told of', () => {
  expect(onlyProblem(path, `\uFEFF${mirror}`, { containerd: '2.1.4' }).message).toContain('byte order mark')
})

describe('config.toml', () => {
  test.each<[string, string, string, string[]]>([
    ['version 2 with the old table', '2.1.4', `version = 2\n${plugin(old)}${certsD}`, []],
    ['version 2 with the new table', '2.1.4', `version = 2\n${plugin(fresh)}${certsD}`, []],
    ['version 2 with the new table on 1.x', '1.7.27', `version = 2\n${plugin(fresh)}${certsD}`, ['error config-path-missing 3:1']],
    ['version 3 with the old table', '2.1.4', `version = 3\n${plugin(old)}${certsD}`, ['error config-path-missing 3:1']],
    ['version 3 with the old table on 2.3', '2.3.4', `version = 3\n${plugin(old)}${certsD}`, []],
    ['version 1', '1.7.27', `[plugins.cri.registry]\n${certsD}`, []],
    ['version 4 on 2.3', '2.3.4', `version = 4\n${plugin(fresh)}${certsD}`, []],
    ['version 4 on 2.1', '2.1.4', `version = 4\n${plugin(fresh)}${certsD}`, ['error cri-not-available 1:1']],
    ['a list on 1.x', '1.7.27', `version = 2\n${plugin(old)}${list}`, []],
    ['a list on 2.1', '2.1.4', `version = 3\n${plugin(fresh)}${list}`, ['error config-path-list-ignored 3:1']],
    ['nothing of registries on 2.1', '2.1.4', 'version = 3\n', ['warning config-path-missing 1:1']],
    ['nothing of registries on 2.3, whose default is a list', '2.3.4', 'version = 3\n', ['warning config-path-list-ignored 1:1']],
    [
      'mirrors and config_path',
      '2.1.4',
      `version = 2\n${plugin(old)}${certsD}[plugins."${old}".registry.mirrors."a.io"]\nendpoint = ["http://b:5000"]\n`,
      ['error mirrors-and-config-path 4:2'],
    ],
    ['legacy mirrors', '1.7.27', `version = 2\n[plugins."${old}".registry.mirrors."a.io"]\nendpoint = ["http://b:5000"]\n`, []],
    ['no TOML', '2.1.4', `version = 2\n${plugin(old)}config_path = /etc\n`, ['error cri-not-available 3:15']],
  ])('%s', (_what, containerd, text, expected) => {
    expect(verdicts('config.toml', text, { containerd })).toEqual(expected)
  })

  test.each<[string, string[]]>([
    ['version = 2', ['1.7.27', '2.1.4', '2.3.4']],
    ['version = 3', ['2.1.4', '2.3.4']],
    ['version = 4', ['2.3.4']],
    ['version = 9', ['1.7.27', '2.1.4', '2.3.4']],
  ])('%s is judged for those that read it', (version, expected) => {
    const judged = linted('config.toml', `${version}\n${plugin(fresh)}${certsD}`).flatMap((one) => one.judgedFor)
    expect(judged).toEqual(expected.map((one) => `containerd ${one}`))
  })

  test.each<[string, string, string]>([
    ['config_path where it is not read', '2.1.4', `version = 3\n${plugin(old)}${certsD}`],
    ['a list', '2.1.4', `version = 3\n${plugin(fresh)}${list}`],
    [
      'mirrors beside config_path',
      '2.1.4',
      `version = 2\n${plugin(old)}${certsD}[plugins."${old}".registry.mirrors."a.io"]\nendpoint = ["http://b:5000"]\n`,
    ],
    ['no setting at all', '2.1.4', 'version = 3\n'],
  ])('what corrects %s makes it right', (_what, containerd, text) => {
    const { remove = '', insert = '' } = onlyProblem('config.toml', text, { containerd }).correction!
    const edited = remove === '' ? `${text}${insert}\n` : text.replace(remove, insert)
    expect(verdicts('config.toml', edited, { containerd })).toEqual([])
  })
})
