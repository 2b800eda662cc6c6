import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRegistriesYaml, type Registries } from '../../src/k3s/registries-yaml.ts'

function read(file: string | Uint8Array): Registries {
  const found = readRegistriesYaml(file)
  if (found.kind === 'refused') throw new Error(found.reason)
  return found
}

const file = `# of the lab
mirrors:
  "k3d-dev-reg:5000":
    endpoint:
      - http://k3d-dev-reg:5000
      - 'https://second.example'
    rewrite: {"^a": b}
configs:
  reg.example:
    auth: {username: u, identity_token: t}
    tls:
      ca_file: /ca.crt
      insecure_skip_verify: yes
auths:
  old.example: {}
`

it('tells what a file says, and where', () => {
  const { mirrors, configs, auths, unknownKeys } = read(file)
  expect(mirrors).toEqual({
    'k3d-dev-reg:5000': {
      line: 3,
      column: 3,
      endpoints: [
        { value: 'http://k3d-dev-reg:5000', line: 5, column: 9 },
        { value: 'https://second.example', line: 6, column: 9 },
      ],
      rewrites: { '^a': 'b' },
    },
  })
  expect(configs).toEqual({
    'reg.example': {
      line: 9,
      column: 3,
      auth: { line: 10, column: 5, username: 'u', password: '', auth: '', identityToken: 't' },
      tls: { line: 11, column: 5, caFile: '/ca.crt', certFile: '', keyFile: '', insecureSkipVerify: true },
    },
  })
  expect(auths).toEqual({ 'old.example': { line: 15, column: 3 } })
  expect(unknownKeys).toEqual([])
})

const misspelt = [
  ['mirror', '', 'mirrors'],
  ['config', '', 'configs'],
  ['Mirrors', '', 'mirrors'],
  ['endpoints', 'mirrors: {a: ', 'endpoint'],
  ['rewrites', 'mirrors: {a: ', 'rewrite'],
  ['insecureSkipVerify', 'configs: {a: {tls: ', 'insecure_skip_verify'],
  ['skip_verify', 'configs: {a: {tls: ', 'insecure_skip_verify'],
  ['skipVerify', 'configs: {a: {tls: ', 'insecure_skip_verify'],
  ['ca', 'configs: {a: {tls: ', undefined],
  ['caFile', 'configs: {a: {tls: ', 'ca_file'],
  ['identityToken', 'configs: {a: {auth: ', 'identity_token'],
  ['token', 'configs: {a: {auth: ', 'identity_token'],
  ['registry', '', undefined],
] as const

describe('a key that k3s does not know is told with the one that is meant', () => {
  it.each(misspelt)('%s in "%s": %s', (key, before, near) => {
    const braces = [...before.matchAll(/\{/g)]
    const text = before === '' ? `${key}: x` : `${before}{${key}: x}${'}'.repeat(braces.length)}`
    const path = [...before.matchAll(/\w+(?=:)/g)].map(([name]) => name)
    const column = before === '' ? 1 : before.length + 2
    expect(read(text).unknownKeys).toEqual([{ path: [...path, key], line: 1, column, ...(near !== undefined && { near }) }])
  })
})

it('finds the place of what k3s refuses', () => {
  const places = {
    'mirrors:\n  a:\n    endpoint: b\n': { line: 3, column: 15 },
    'mirrors:\n\ta: b\n': { line: 2, column: 1 },
    'mirrors: [\n': { line: 2, column: 1 },
    'mirrors: *a\n': { line: 1, column: 10 },
  }
  for (const [text, place] of Object.entries(places)) expect(readRegistriesYaml(text)).toMatchObject({ kind: 'refused', place })
})

it('has no registry host but those of the file, whatever they are called', () => {
  expect(read('{}').mirrors['constructor']).toBeUndefined()
  const { mirrors } = read('mirrors:\n  __proto__: {endpoint: [a]}\n  toString: {}\n')
  expect(Object.keys(mirrors)).toEqual(['__proto__', 'toString'])
})

// prettier-ignore
const words = [
  'mirrors', 'configs', 'auths', 'endpoint', 'rewrite', 'tls', 'auth', 'insecure_skip_verify', 'a', ':', ': ', '\n', '\n  ', '\n    ', '- ', '? ', '[', ']', '{', '}', ',',
  '&a ', '*a', '<<: ', '!!str ', '!<x> ', '!a!b ', '|\n', '>-\n', '|2', '"', "'", '\\', '\\u00e9', '\\xZZ', '#', ' #', '%YAML 1.1\n', '%TAG ! x\n', '---\n', '...\n', '\t', '\r', '\r\n', '~',
  'true', '1', '0x1F', '2020-01-01', '.inf', '@', '`', '__proto__', '\uFEFF', '\u0085', '\u2028', '\0', '\u0007', '\u{1F98A}', '\uD800', 'x'.repeat(1030), '['.repeat(500),
]
const fromWords = fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((list) => list.join(''))
const anyFile = fc.oneof(
  fromWords,
  fc.string({ unit: 'binary' }),
  fc.uint8Array({ maxLength: 700 }),
  fc.tuple(fromWords, fc.uint8Array({ maxLength: 3 })).map(([text, raw]) => Uint8Array.from([...new TextEncoder().encode(text), ...raw])),
)

it('reads any bytes as a file or refuses them, and the same every time', () => {
  fc.assert(
    fc.property(anyFile, (bytes) => {
      const found = readRegistriesYaml(bytes)
      expect(readRegistriesYaml(bytes)).toEqual(found)
      expect(found.kind === 'refused' ? found.reason : 'yaml: -').toMatch(/^yaml: ./s)
    }),
    { numRuns: 3000 },
  )
})

it('ends soon with aliases that multiply and with nesting that has no end', () => {
  const bomb = Array.from({ length: 30 }, (_, level) => `z${level + 1}: &z${level + 1} {<<: [${`*z${level}, `.repeat(4)}]}\n`).join('')
  const reasons = {
    [`z0: &z0 {a: {endpoint: []}}\n${bomb}mirrors: {<<: *z30}\n`]: 'yaml: document contains excessive aliasing',
    ['['.repeat(100_000)]: 'yaml: nested too deeply to be judged',
    ['- '.repeat(100_000)]: 'yaml: nested too deeply to be judged',
  }
  for (const [text, reason] of Object.entries(reasons)) expect(readRegistriesYaml(text)).toMatchObject({ kind: 'refused', reason })
})
