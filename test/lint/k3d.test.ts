import { describe, expect, test } from 'vitest'
import { linted, onlyProblem, verdicts } from './linted.ts'

const of = (text: string): string[] => verdicts('k3d.yaml', text)
const cluster = (rest: string, { version = 'v1alpha5', servers = 1, agents = 1 } = {}): string =>
  `apiVersion: k3d.io/${version}\nkind: Simple\nservers: ${servers}\nagents: ${agents}\n${rest}`
const create = 'registries:\n  create:\n    name: k3d-dev-reg\n    hostPort: "5000"\n'
const config = (...lines: string[]): string => `${create}  config: |\n${lines.map((line) => `    ${line}\n`).join('')}`
const withArgs = (args: string, nodes: { servers?: number; agents?: number } = {}): string =>
  cluster(`${create}options:\n  k3s:\n    extraArgs:\n${args}`, nodes)
const arg = (name: string, ...filters: string[]): string =>
  `      - arg: ${name}\n${filters.length === 0 ? '' : `        nodeFilters: [${filters.map((one) => `"${one}"`).join(', ')}]\n`}`
const flag = '--disable-default-registry-endpoint'

describe('what works is not broken', () => {
  test.each<[string, string]>([
    ['a registry that k3d makes', cluster(create)],
    ['a registry that k3d uses', cluster('registries:\n  use:\n    - k3d-dev-reg:5000\n')],
    ['a registry without a name', cluster('registries:\n  create: {}\n')],
    ['v1alpha4', cluster(create, { version: 'v1alpha4' })],
    ['v1alpha3', cluster(`name: dev\n${create}`, { version: 'v1alpha3' })],
    [
      'v1alpha2',
      cluster('name: dev\nregistries:\n  create: true\noptions:\n  k3s:\n    extraServerArgs: ["--disable=traefik"]\n', {
        version: 'v1alpha2',
      }),
    ],
    ['a mirror for localhost', cluster(config('mirrors:', '  localhost:5000:', '    endpoint: ["http://k3d-dev-reg:5000"]'))],
    ['keys in capitals, which k3d takes', cluster(config('Mirrors:', '  localhost:5000:', '    Endpoint: ["http://k3d-dev-reg:5000"]'))],
    ['a registries.yaml of its own', cluster('registries:\n  config: ./registries.yaml\n')],
    ['a registries.yaml that is mounted', cluster('volumes:\n  - volume: ./r.yaml:/etc/rancher/k3s/registries.yaml\n')],
    ['the flag on all nodes', withArgs(arg(flag, 'server:*', 'agent:*'))],
    ['the flag on all, by another word', withArgs(arg(flag, 'all'))],
    ['the flag with a value', withArgs(arg(`${flag}=true`, 'all'))],
    ['the flag by numbers', withArgs(arg(flag, 'server:0,1') + arg(flag, 'agents:0-'), { servers: 2, agents: 3 })],
    ['another flag on one node', withArgs(arg('--tls-san=dev.local', 'server:0'))],
    ['the flag taken back', withArgs(arg(`${flag}=false`, 'server:0'))],
  ])('%s', (_what, text) => {
    expect(of(text)).toEqual([])
  })
})

describe('registries', () => {
  test.each<[string, string, string[]]>([
    ['none', cluster(''), ['warning registries-yaml-missing 2:1']],
    ['nothing under registries', cluster('registries: {}\n'), ['warning registries-yaml-missing 5:1']],
    ['mirrors right under registries', cluster(`${create}  mirrors:\n    reg:5000: {}\n`), ['error unknown-key 9:3']],
    ['a port that is a number', cluster(create.replace('"5000"', '5000')), ['error cluster-config-invalid 8:5']],
    ['a configuration that is a mapping', cluster(`${create}  config:\n    mirrors: {}\n`), ['error cluster-config-invalid 9:3']],
    ['a list of registries that is a text', cluster('registries:\n  use: k3d-dev-reg:5000\n'), ['error cluster-config-invalid 6:3']],
    ['a registry that is a text', cluster('registries:\n  create: k3d-dev-reg\n'), ['error cluster-config-invalid 6:3']],
    ['a near key of create', cluster(create.replace('hostPort', 'hostport')), ['error cluster-config-invalid 8:5']],
  ])('%s', (_what, text, expected) => {
    expect(of(text)).toEqual(expected)
  })

  test('images of localhost are told of where k3d writes no mirror for them', () => {
    expect(linted('k3d.yaml', cluster(create))[0]!.notes).toEqual([expect.stringMatching(/localhost:5000\/… are not found/)])
    expect(
      linted('k3d.yaml', cluster(config('mirrors:', '  localhost:5000:', '    endpoint: ["http://k3d-dev-reg:5000"]')))[0]!.notes,
    ).toBeUndefined()
  })
})

describe('the registries.yaml inside', () => {
  test.each<[string, string, string[]]>([
    [
      'HTTPS to a registry that k3d made',
      cluster(config('mirrors:', '  app.io:', '    endpoint: ["https://k3d-dev-reg:5000"]')),
      ['error http-registry-asked-over-https 12:20'],
    ],
    [
      'localhost, which is the node',
      cluster(config('mirrors:', '  localhost:5000:', '    endpoint: ["http://localhost:5000"]')),
      ['warning hosts-toml-wrong-endpoint 12:20'],
    ],
    [
      'identity_token, which k3d loses',
      cluster(config('configs:', '  app.io:', '    auth:', '      identity_token: x')),
      ['error registries-yaml-unknown-key 13:11'],
    ],
    [
      'endpoints',
      cluster(config('mirrors:', '  reg:5000:', '    endpoints: ["http://reg:5000"]')),
      ['error registries-yaml-unknown-key 12:9'],
    ],
    [
      'an endpoint that is a text',
      cluster(config('mirrors:', '  reg:5000:', '    endpoint: http://reg:5000')),
      ['error registries-yaml-invalid 12:9'],
    ],
    ['no YAML', cluster(config('mirrors:', '  reg:5000: [')), ['error registries-yaml-invalid 12:1']],
    [
      'skip_verify of the registry of k3d',
      cluster(config('configs:', '  k3d-dev-reg:5000:', '    tls:', '      insecure_skip_verify: true')),
      ['warning setting-without-effect 13:11'],
    ],
  ])('%s', (_what, text, expected) => {
    expect(of(text)).toEqual(expected)
  })

  test('in a quoted text too', () => {
    expect(of(cluster(`${create}  config: "mirrors:\\n  reg:5000: {endpoint: [\\"reg:5000\\"]}"\n`))).toEqual([
      'error http-registry-asked-over-https 9:11',
    ])
  })
})

describe('what k3s is told', () => {
  test.each<[string, string, string[]]>([
    ['without filters', withArgs(arg(flag)), ['error cluster-config-invalid 12:9']],
    ['on the servers alone', withArgs(arg(flag, 'server:*')), ['warning default-endpoint-flag-ineffective 12:9']],
    ['on one server', withArgs(arg(flag, 'server:0'), { servers: 3, agents: 0 }), ['warning default-endpoint-flag-ineffective 12:9']],
    ['a server that is not there', withArgs(arg(flag, 'server:1', 'agent:*')), ['error cluster-config-invalid 12:9']],
    ['a filter that is none', withArgs(arg(flag, 'master')), ['error cluster-config-invalid 12:9']],
    ['the filter of k3d 4', withArgs(arg(flag, 'server[*]')), ['error cluster-config-invalid 12:9']],
    ['a flag that is misspelled', withArgs(arg('--disable-default-registry-endpoints', 'all')), ['error cluster-config-invalid 12:9']],
  ])('%s', (_what, text, expected) => {
    expect(of(text)).toEqual(expected)
  })

  test('k3s before 2024 does not know the flag', () => {
    const text = withArgs(arg(flag, 'all'))
    expect(verdicts('k3d.yaml', text, { k3s: 'v1.28.5+k3s1' })).toEqual(['error cluster-config-invalid 12:9'])
    expect(verdicts('k3d.yaml', text, { k3s: 'v1.28.6+k3s1' })).toEqual([])
  })

  test('the flag does not count for a host that has an entry in configs', () => {
    const lines = ['configs:', '  k3d-dev-reg:5000: {}', 'mirrors:', '  k3d-dev-reg:5000:', '    endpoint: ["http://k3d-dev-reg:5000"]']
    const text = cluster(`${config(...lines)}options:\n  k3s:\n    extraArgs:\n${arg(flag, 'all')}`)
    const problem = onlyProblem('k3d.yaml', text)
    expect(problem).toMatchObject({ code: 'default-endpoint-flag-ineffective', severity: 'warning', line: 11 })
    expect(problem.correction).toEqual({ remove: '    configs:\n      k3d-dev-reg:5000: {}' })
  })

  test('a filter that lacks is written', () => {
    expect(onlyProblem('k3d.yaml', withArgs(arg(flag))).correction?.insert).toBe(
      `      - arg: "${flag}"\n        nodeFilters:\n          - server:*\n          - agent:*`,
    )
  })
})

describe('files of which k3d makes no cluster', () => {
  test.each<[string, string, string]>([
    ['an unknown version', cluster(create, { version: 'v1beta1' }), '1:1'],
    ['an unknown key', cluster(`${create}registry: {}\n`), '9:1'],
    ['an unknown key of a later version', cluster(`${create}hostAliases: []\n`, { version: 'v1alpha3' }), '9:1'],
    ['a tab', `apiVersion: k3d.io/v1alpha5\nkind: Simple\nregistries:\n\tcreate: {}\n`, '4:1'],
  ])('%s', (_what, text, place) => {
    expect(of(text)).toEqual([`error cluster-config-invalid ${place}`])
  })
})
