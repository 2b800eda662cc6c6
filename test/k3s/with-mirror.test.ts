import { assert, json, oneof, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { withAuthority, withListedEndpoints, withMirror } from '../../src/k3s/with-mirror.ts'

const host = 'k3d-dev-reg:5000'
const endpoint = 'http://k3d-dev-reg:5000'
const mirrorsOf = (text: string | null): unknown => (parse(text ?? '') as { mirrors?: unknown } | null)?.mirrors

const endpointOf = (text: string): unknown[] | undefined =>
  (mirrorsOf(text) as { [registryHost: string]: { endpoint?: unknown[] } })[host]?.endpoint

describe('a mirror for a registry host', () => {
  test.each<[string, string | null, object]>([
    ['no file', null, { [host]: { endpoint: [endpoint] } }],
    ['an empty file', '\n', { [host]: { endpoint: [endpoint] } }],
    ['a file of comments', '# nothing yet\n', { [host]: { endpoint: [endpoint] } }],
    ['no mirrors', 'configs: {}\n', { [host]: { endpoint: [endpoint] } }],
    ['mirrors without a value', 'mirrors:\n', { [host]: { endpoint: [endpoint] } }],
    [
      'another mirror stays',
      'mirrors:\n  docker.io:\n    endpoint: ["https://m"]\n',
      { 'docker.io': { endpoint: ['https://m'] }, [host]: { endpoint: [endpoint] } },
    ],
    ['a key with a scheme', `mirrors:\n  "http://${host}":\n    endpoint: ["${endpoint}"]\n`, { [host]: { endpoint: [endpoint] } }],
    ['an endpoint that is a text', `mirrors:\n  "${host}":\n    endpoint: "${endpoint}"\n`, { [host]: { endpoint: [endpoint] } }],
    ['an endpoint without a scheme', `mirrors:\n  "${host}":\n    endpoint: ["${host}"]\n`, { [host]: { endpoint: [endpoint] } }],
    [
      'what else it says of that host',
      `mirrors:\n  "${host}":\n    rewrite: {"^a": "b"}\n`,
      { [host]: { rewrite: { '^a': 'b' }, endpoint: [endpoint] } },
    ],
  ])('%s', (_name, text, mirrors) => {
    expect(mirrorsOf(withMirror(text, host, endpoint))).toEqual(mirrors)
  })

  test('comments and everything else stay', () => {
    const text = '# ours\nconfigs:\n  "a:1": # one\n    auth: { username: u }\n'
    const written = withMirror(text, host, endpoint)
    expect(written).toContain('# ours\n')
    expect(written).toContain('# one\n')
    expect(parse(written!)).toMatchObject({ configs: { 'a:1': { auth: { username: 'u' } } } })
  })

  test.each([
    ['no YAML', 'mirrors: [\n'],
    ['a list', '- a\n'],
    ['mirrors that are a list', 'mirrors: [a]\n'],
  ])('is not put into %s', (_name, text) => {
    expect(withMirror(text, host, endpoint)).toBeNull()
  })

  test('whatever the text: none, or a YAML file with the mirror', () => {
    assert(
      property(oneof(string(), json()), (text) => {
        const written = withMirror(text, host, endpoint)
        expect(written === null ? endpoint : endpointOf(written)?.join()).toBe(endpoint)
      }),
    )
  })
})

describe('the certificate of whom to trust', () => {
  const [address, file] = ['reg:5000', '/etc/rancher/k3s/reg-ca.crt']
  test.each<[string, string, object]>([
    ['no configs', 'mirrors: {}\n', { mirrors: {}, configs: { [address]: { tls: { ca_file: file } } } }],
    ['configs without a value', 'configs:\n', { configs: { [address]: { tls: { ca_file: file } } } }],
    [
      'credentials and another file',
      `configs:\n  "${address}":\n    auth: {username: u}\n    tls: {ca_file: /old, cert_file: /c}\n  b:\n    auth: {username: v}\n`,
      {
        configs: { [address]: { auth: { username: 'u' }, tls: { ca_file: file, cert_file: '/c' } }, b: { auth: { username: 'v' } } },
      },
    ],
  ])('%s', (_name, text, expected) => {
    expect(parse(withAuthority(text, address, file)!)).toEqual(expected)
  })

  test.each([
    ['no YAML', 'configs: [\n'],
    ['a list', '- a\n'],
    ['nothing', ''],
    ['configs that are a list', 'configs: [a]\n'],
    ['settings that are a text', `configs: {"${address}": x}\n`],
  ])('is not put into %s', (_name, text) => {
    expect(withAuthority(text, address, file)).toBeNull()
  })
})

test('endpoints that are texts become lists, and comments stay', () => {
  const text = 'mirrors: # all\n  a:\n    endpoint: http://a\n  b:\n    endpoint: [http://b]\n'
  const written = withListedEndpoints(text)
  expect(written).toContain('# all')
  expect(mirrorsOf(written)).toEqual({ a: { endpoint: ['http://a'] }, b: { endpoint: ['http://b'] } })
  expect(withListedEndpoints('mirrors: [')).toBeNull()
})
