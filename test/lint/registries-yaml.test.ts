import { describe, expect, test } from 'vitest'
import { linted, onlyProblem, verdicts } from './linted.ts'

const of = (text: string): string[] => verdicts('registries.yaml', text)
const mirror = (host: string, ...endpoints: string[]): string =>
  `mirrors:\n  "${host}":\n    endpoint:\n${endpoints.map((one) => `      - "${one}"\n`).join('')}`
const local = mirror('k3d-dev-reg:5000', 'http://k3d-dev-reg:5000')
const tls = (host: string, ...lines: string[]): string =>
  `configs:\n  "${host}":\n    tls:\n${lines.map((one) => `      ${one}\n`).join('')}`

describe('what works is not broken', () => {
  test.each<[string, string]>([
    ['a mirror of plain HTTP', local],
    ['what k3d writes', `${local}    rewrite: {}\n`],
    ['a mirror for localhost', mirror('localhost:5000', 'http://k3d-dev-reg:5000')],
    ['a first endpoint that is HTTPS, and a second that is not', mirror('reg:5000', 'reg:5000', 'http://reg:5000')],
    ['a public mirror without a scheme', mirror('docker.io', 'mirror.gcr.io')],
    ['the registry itself over HTTPS', mirror('registry.example.com', 'https://registry.example.com')],
    ['a mirror of everything', mirror('*', 'http://proxy:5000')],
    ['an endpoint with a path', mirror('docker.io', 'https://harbor.example.com/v2/proxy')],
    ['a certificate authority for a registry without a mirror', tls('reg:5000', 'ca_file: /ca.crt', 'insecure_skip_verify: true')],
    ['any certificate of a public registry', tls('registry.example.com', 'insecure_skip_verify: true')],
    ['an endpoint without a scheme whose authority is named', `${mirror('reg:5000', 'reg:5000')}${tls('reg:5000', 'ca_file: /ca.crt')}`],
    ['credentials', 'configs:\n  "registry.example.com":\n    auth:\n      username: me\n      password: x\n'],
    ['a key twice, which k3s takes', 'mirrors:\n  a.io:\n    endpoint: ["https://b.io"]\n  a.io:\n    endpoint: ["https://b.io"]\n'],
    ['yes, which is true to k3s', tls('registry.example.com', 'insecure_skip_verify: yes')],
    ['credentials in an endpoint', mirror('reg.example.com', 'https://me:x@reg.example.com')],
    ['nothing at all', ''],
    ['comments alone', '# later\n'],
    ['aliases', 'mirrors:\n  a.io: { endpoint: &e ["http://reg:5000"] }\n  reg:5000: { endpoint: *e }\n'],
  ])('%s', (_what, text) => {
    expect(of(text)).toEqual([])
  })
})

describe('mirrors that lead nowhere', () => {
  test.each<[string, string, string[]]>([
    ['an endpoint without a scheme', mirror('k3d-dev-reg:5000', 'k3d-dev-reg:5000'), ['error http-registry-asked-over-https 4:9']],
    ['a key with a scheme', mirror('http://k3d-dev-reg:5000', 'http://k3d-dev-reg:5000'), ['error registries-yaml-key-mismatch 2:3']],
    ['a key with a path', mirror('k3d-dev-reg:5000/lab', 'http://k3d-dev-reg:5000'), ['error registries-yaml-key-mismatch 2:3']],
    ['a key that is an image of Docker Hub', mirror('k3d-dev-reg', 'http://k3d-dev-reg:5000'), ['error registries-yaml-key-mismatch 2:3']],
    ['another name of Docker Hub', mirror('index.docker.io', 'https://mirror.gcr.io'), ['error registries-yaml-key-mismatch 2:3']],
    [
      'a key with a scheme beside the right one',
      `${local}  "http://k3d-dev-reg:5000":\n    endpoint: ["http://k3d-dev-reg:5000"]\n`,
      ['warning registries-yaml-key-mismatch 5:3'],
    ],
    ['a mirror without endpoints', 'mirrors:\n  reg:5000:\n', ['warning setting-without-effect 2:3']],
  ])('%s', (_what, text, expected) => {
    expect(of(text)).toEqual(expected)
  })

  test.each(['v1.20.4+k3s1', 'v1.25.0+k3s1', 'v1.27.5+k3s1', 'v1.28.6+k3s1', 'v1.34.1+k3s1'])(
    'a mirror of plain HTTP is right for k3s %s',
    (k3s) => {
      expect(verdicts('registries.yaml', local, { k3s })).toEqual([])
    },
  )

  test('a file that containerd rejects is not blamed on the scheme of its endpoint', () => {
    const { code, message } = onlyProblem('registries.yaml', mirror('reg:5000', 'http://[fc00::2]:5000'), { k3s: 'v1.28.6+k3s1' })
    expect(code).toBe('hosts-toml-wrong-endpoint')
    expect(message).toContain('containerd rejects the hosts.toml')
  })

  test('of several documents k3s reads the first', () => {
    expect(of(`${local}---\nmirror: {}\n`)).toEqual(['warning setting-without-effect 6:1'])
  })

  test('the line of an endpoint inside braces is left to its author', () => {
    expect(onlyProblem('registries.yaml', 'mirrors:\n  a.io: { endpoint: http://b:5000 }\n').correction).toBeUndefined()
  })

  test('the correction of an endpoint has a scheme, that of a key none', () => {
    expect(onlyProblem('registries.yaml', mirror('reg:5000', 'reg:5000')).correction).toEqual({
      remove: '      - "reg:5000"',
      insert: '      - "http://reg:5000"',
    })
    expect(onlyProblem('registries.yaml', mirror('http://reg:5000', 'http://reg:5000')).correction?.insert).toBe('  "reg:5000":')
  })
})

test.each(['passwrd', 'tokn'])('what the key %s says is not shown', (key) => {
  const text = `configs:\n  a.io:\n    auth:\n      ${key}: hunter2\n`
  expect(JSON.stringify(linted('registries.yaml', text))).not.toContain('hunter2')
})

test('auths are never used', () => {
  expect(of('auths:\n  a.io:\n    username: me\n    password: x\n')).toEqual(['warning setting-without-effect 2:3'])
})

describe('keys that k3s does not know', () => {
  test.each<[string, string, string[]]>([
    ['mirror', local.replace('mirrors', 'mirror'), ['error registries-yaml-unknown-key 1:1']],
    ['endpoints', local.replace('endpoint', 'endpoints'), ['error registries-yaml-unknown-key 3:5']],
    ['config beside a mirror', `${local}config:\n  "k3d-dev-reg:5000": {}\n`, ['warning registries-yaml-unknown-key 5:1']],
    [
      'insecureSkipVerify of plain HTTP',
      local + tls('k3d-dev-reg:5000', 'insecureSkipVerify: true'),
      ['warning registries-yaml-unknown-key 8:7'],
    ],
    ['skip_verify of HTTPS', tls('registry.example.com', 'skip_verify: true'), ['error registries-yaml-unknown-key 4:7']],
    [
      'token in place of identity_token',
      'configs:\n  registry.example.com:\n    auth:\n      token: x\n',
      ['error registries-yaml-unknown-key 4:7'],
    ],
    [
      'token beside a password',
      'configs:\n  registry.example.com:\n    auth:\n      username: me\n      password: x\n      token: x\n',
      ['warning registries-yaml-unknown-key 6:7'],
    ],
    ['a word of one’s own', `${local}x-note: this\n`, ['warning registries-yaml-unknown-key 5:1']],
  ])('%s', (_what, text, expected) => {
    expect(of(text).toSorted()).toEqual(expected.toSorted())
  })

  test.each<[string, string, string]>([
    ['skip_verify', tls('registry.example.com', 'skip_verify: true'), '      insecure_skip_verify: true'],
    ['mirror', local.replace('mirrors', 'mirror'), 'mirrors:'],
  ])('the correction of %s is the known one', (_what, text, expected) => {
    expect(onlyProblem('registries.yaml', text).correction?.insert).toBe(expected)
  })
})

describe('configs', () => {
  test.each<[string, string, string[]]>([
    ['skip_verify of plain HTTP', local + tls('k3d-dev-reg:5000', 'insecure_skip_verify: true'), ['warning setting-without-effect 8:7']],
    ['skip_verify without a mirror', tls('k3d-dev-reg:5000', 'insecure_skip_verify: true'), ['warning http-registry-asked-over-https 4:7']],
    [
      'a key with a scheme',
      `${local}${tls('http://k3d-dev-reg:5000', 'insecure_skip_verify: true')}`,
      ['warning registries-yaml-key-mismatch 6:3'],
    ],
    [
      'credentials under a key with a scheme',
      'configs:\n  "https://registry.example.com":\n    auth: {username: me, password: x}\n',
      ['error registries-yaml-key-mismatch 2:3'],
    ],
    [
      'TLS of what is mirrored, not of the mirror',
      mirror('docker.io', 'https://mirror.lan:5000') + tls('docker.io', 'ca_file: /ca.crt'),
      ['warning registries-yaml-key-mismatch 6:3'],
    ],
    [
      'of every host, with a mirror of every host',
      mirror('*', 'https://proxy.lan:443') + tls('*', 'ca_file: /ca.crt'),
      ['warning setting-without-effect 6:3'],
    ],
  ])('%s', (_what, text, expected) => {
    expect(of(text)).toEqual(expected)
  })

  test('credentials stay where TLS settings are taken out', () => {
    const text = `${local}${tls('k3d-dev-reg:5000', 'insecure_skip_verify: true')}    auth:\n      username: me\n      password: x\n`
    expect(onlyProblem('registries.yaml', text).correction).toEqual({ remove: '    tls:\n      insecure_skip_verify: true' })
  })
})

describe('files with which k3s does not start', () => {
  test.each<[string, string, string]>([
    ['an endpoint that is a text', 'mirrors:\n  reg:5000:\n    endpoint: "http://reg:5000"\n', '3:5'],
    ['mirrors that are a list', 'mirrors:\n  - reg:5000\n', '1:1'],
    ['a tab', 'mirrors:\n  reg:5000:\n\tendpoint: []\n', '3:'],
    ['a text', 'mirrors', '1:1'],
  ])('%s', (_what, text, place) => {
    const { code, severity, line, column } = onlyProblem('registries.yaml', text)
    expect(`${severity} ${code} ${line}:${column}`).toContain(`error registries-yaml-invalid ${place}`)
  })

  test('an endpoint that is a text is corrected', () => {
    const text = 'mirrors:\n  reg:5000:\n    endpoint: "http://reg:5000"\n'
    const { correction } = onlyProblem('registries.yaml', text)
    expect(of(text.replace(correction!.remove!, correction!.insert!))).toEqual([])
  })
})
