import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseHostsToml } from '../../src/containerd/hosts-toml.ts'
import { rulesOf } from '../../src/containerd/version-rules.ts'
import { parseK3sVersion } from '../../src/k3s/k3s-version.ts'
import { renderRegistriesYaml, type Rendered, type RenderSettings } from '../../src/k3s/render.ts'
import { version } from '../containerd/certs-d.ts'

type Tree = Rendered & { kind: 'certs.d' }

function tree(file: string, settings: Partial<RenderSettings> = {}): Tree {
  const rendered = renderRegistriesYaml(file, { disableDefaultRegistryEndpoint: false, ...settings })
  if (rendered.kind !== 'certs.d') throw new Error(JSON.stringify(rendered))
  return rendered
}

const seed = `mirrors:
  "k3d-dev-reg:5000":
    endpoint: ["http://k3d-dev-reg:5000"]
configs:
  "k3d-dev-reg:5000":
    auth: {username: user, password: geheim, identity_token: geheim}
    tls: {insecure_skip_verify: true}
`

describe('what k3s writes depends on its version', () => {
  const kinds = {
    'v1.23.13+k3s1': 'config.toml, cri',
    'v1.23.14+k3s1': 'config.toml, io.containerd.grpc.v1.cri',
    'v1.24.7+k3s1': 'config.toml, cri',
    'v1.25.4+k3s1': 'config.toml, io.containerd.grpc.v1.cri',
    'v1.26.12+k3s1': 'config.toml, io.containerd.grpc.v1.cri',
    'v1.26.13+k3s1': 'as written',
    'v1.26.13+k3s2': 'complete',
    'v1.26.15+k3s1': 'settings at the root',
    'v1.27.9+k3s1': 'config.toml, io.containerd.grpc.v1.cri',
    'v1.27.10+k3s1': 'as written',
    'v1.27.11+k3s1': 'complete',
    'v1.27.12+k3s1': 'settings at the root',
    'v1.27.13+k3s1': 'with [host]',
    'v1.28.5+k3s1': 'config.toml, io.containerd.grpc.v1.cri',
    'v1.28.6+k3s1': 'as written',
    'v1.28.6+k3s2': 'complete',
    'v1.28.8+k3s1': 'settings at the root',
    'v1.28.9+k3s1': 'with [host]',
    'v1.29.0+k3s1': 'config.toml, io.containerd.grpc.v1.cri',
    'v1.29.1-rc1+k3s1': 'as written',
    'v1.29.1+k3s2': 'complete',
    'v1.29.2+k3s1': 'complete',
    'v1.29.3+k3s1': 'settings at the root',
    'v1.29.4+k3s1': 'with [host]',
    'v1.29.14+k3s1': 'without empty lines',
    'v1.30.9+k3s1': 'with [host]',
    'v1.30.10+k3s1': 'without empty lines',
    'v1.31.5+k3s1': 'with [host]',
    'v1.31.6-k3s1': 'without empty lines',
    'v1.32.1+k3s1': 'with [host]',
    'v1.33.0': 'without empty lines',
    'v2.0.0+k3s1': 'without empty lines',
    'no version': 'without empty lines',
  }
  it.each(Object.entries(kinds))('%s: %s', (k3sVersion, kind) => {
    const rendered = renderRegistriesYaml(seed, { disableDefaultRegistryEndpoint: false, k3sVersion })
    expect(kindOf(rendered)).toBe(kind)
  })
})

function kindOf(rendered: Rendered): string {
  if (rendered.kind === 'refused') return rendered.reason
  if (rendered.kind === 'config.toml') return `config.toml, ${/plugins\."?([\w.]+?)"?\.registry/.exec(rendered.toml)![1]}`
  const text = rendered.files['k3d-dev-reg:5000/hosts.toml']!
  if (text.includes('server = "https://k3d-dev-reg:5000"\n')) return 'as written'
  if (!text.includes('\nskip_verify')) return 'complete'
  if (!text.includes('[host]\n')) return 'settings at the root'
  return text.includes('EDIT.\n\nserver') ? 'with [host]' : 'without empty lines'
}

it.each(['latest', '', 'v1.34', '1.34.1+rke2r1', 'v1.34.1+k3s1 x', 'v01234.1.1'])('takes "%s" for no version', (text) => {
  expect(parseK3sVersion(text)).toBeNull()
})

it('tells whose credentials go into config.toml, and never what they are', () => {
  for (const k3sVersion of ['v1.28.0+k3s1', 'v1.29.1+k3s1', 'v1.34.1+k3s1']) {
    const rendered = renderRegistriesYaml(seed, { disableDefaultRegistryEndpoint: false, k3sVersion })
    expect(rendered).toMatchObject({ credentials: ['k3d-dev-reg:5000'] })
    expect(JSON.stringify(rendered)).not.toMatch(/geheim|user"/)
  }
})

it('keeps what k3s writes outside of certs.d out of the tree', () => {
  const keys = ['../../etc/cron.d', '..', '../certs.d/in.example', '/etc/passwd', 'a/../../b', './c', '']
  const { files, outside } = tree(`mirrors:\n${keys.map((key) => `  ${JSON.stringify(key)}: {endpoint: [http://m]}\n`).join('')}`)
  expect(Object.keys(files)).toEqual(['in.example/hosts.toml', 'etc/passwd/hosts.toml', 'c/hosts.toml', 'hosts.toml'])
  expect(outside).toEqual(['../../etc/cron.d', '..', 'a/../../b'])
})

it('tells what k3s passes by, and why', () => {
  const { passedBy } = tree('mirrors:\n  a: {endpoint: [http://m, "http://x y", http://m/]}\n  "b c": {}\n')
  expect(passedBy).toEqual([
    { registryHost: 'a', endpoint: 'http://x y', reason: 'invalid character " " in host name' },
    { registryHost: 'a', endpoint: 'http://m/', reason: 'it is there already' },
    { registryHost: 'b c', reason: 'invalid character " " in host name' },
  ])
})

it('refuses a line that is longer than k3s can read back', () => {
  const file = (length: number): string => `configs: {a: {tls: {ca_file: "${'x'.repeat(length)}"}}}`
  const longest = 65_535 - 'ca = [""]'.length
  expect(renderRegistriesYaml(file(longest), { disableDefaultRegistryEndpoint: false }).kind).toBe('certs.d')
  const reason = 'bufio.Scanner: token too long'
  expect(renderRegistriesYaml(file(longest + 1), { disableDefaultRegistryEndpoint: false })).toEqual({ kind: 'refused', reason })
})

const registryHost = fc.constantFrom(
  'k3d-dev-reg:5000',
  'localhost:5000',
  'docker.io',
  '*',
  '[::1]:5000',
  'reg.example/v2',
  '_default',
  '../up',
)
const endpoint = fc.oneof(
  fc.constantFrom('http://m:5000', 'm', 'https://m/p/v2', 'localhost:5000', 'docker.io'),
  fc.string({ unit: 'binary' }),
  fc.webUrl(),
)
const text = fc.oneof(fc.constantFrom('/ca.crt', ''), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }))
const settings = fc.record({ ca_file: text, cert_file: text, insecure_skip_verify: fc.boolean() }, { requiredKeys: [] })
const content = fc.record(
  {
    mirrors: fc.dictionary(
      registryHost,
      fc.record({ endpoint: fc.array(endpoint, { maxLength: 4 }), rewrite: fc.dictionary(text, text, { maxKeys: 2 }) }),
    ),
    configs: fc.dictionary(registryHost, fc.record({ tls: settings, auth: fc.record({ username: text }) }, { requiredKeys: [] })),
  },
  { requiredKeys: [] },
)
const k3sVersion = fc.constantFrom('v1.28.0+k3s1', 'v1.29.1+k3s1', 'v1.29.1+k3s2', 'v1.29.3+k3s1', 'v1.29.4+k3s1', 'v1.34.1+k3s1')

it('gives a tree of any file that containerd can be asked about', () => {
  const forks = ['1.7.11-k3s2', '1.7.23-k3s2', '2.0.2-k3s2', '2.1.5-k3s1', '2.3.2-k3s2'].map((one) => rulesOf(version(one)))
  fc.assert(
    // JSON is YAML, but for what only YAML takes for a line break or a control character.
    fc.property(content, fc.boolean(), fc.boolean(), k3sVersion, (registries, flag, embeddedRegistry, of) => {
      const file = JSON.stringify(registries).replaceAll(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
      const rendered = renderRegistriesYaml(file, { disableDefaultRegistryEndpoint: flag, embeddedRegistry, k3sVersion: of })
      if (rendered.kind !== 'certs.d') return
      for (const [path, toml] of Object.entries(rendered.files)) {
        expect(path).toMatch(/^(?!\.\.?\/)[^\n]*hosts\.toml$/)
        for (const rules of forks) parseHostsToml(toml, `/certs.d/${path}`, rules)
      }
    }),
    { numRuns: 500 },
  )
}, 60_000)

it('gives hosts.toml files that lead where the file says', () => {
  const rules = rulesOf(version('2.1.5-k3s1'))
  const plain = fc.uniqueArray(fc.constantFrom('http://a:5000', 'https://b.example', 'http://c.example:80', 'https://[::1]:5000'), {
    minLength: 1,
  })
  fc.assert(
    fc.property(
      plain,
      settings.filter(({ ca_file, cert_file }) => !ca_file && !cert_file),
      fc.boolean(),
      (endpoints, tls, flag) => {
        const file = JSON.stringify({ mirrors: { 'reg.example': { endpoint: endpoints } }, configs: { 'a:5000': { tls } } })
        const toml = tree(file, { disableDefaultRegistryEndpoint: flag }).files['reg.example/hosts.toml']!
        const parsed = parseHostsToml(toml, '/certs.d/reg.example', rules)
        const urls = parsed.accepted ? parsed.hosts.map(({ scheme, host, path }) => `${scheme}://${host}${path}`) : []
        const expected = endpoints.map((url) => `${url}/v2`)
        expect(urls).toEqual(flag ? expected : [...expected, 'https://reg.example/v2'])
      },
    ),
  )
})
