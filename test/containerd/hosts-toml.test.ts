import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseHostsToml, type HostsToml } from '../../src/containerd/hosts-toml.ts'
import { rulesOf } from '../../src/containerd/version-rules.ts'
import { version } from './certs-d.ts'

const parse = (text: string, containerd: string): HostsToml => parseHostsToml(text, '/certs.d/x', rulesOf(version(containerd)))

describe('where something stands in a hosts.toml', () => {
  const text = '# first\nserver = "https://reg.lan"\n\n  [host."http://a:1"]\n    capabilities = ["pull"]\n[host."http://b:1"]\n'

  it.each(['1.7.34', '2.2.7'])('each endpoint knows its line and column on %s', (containerd) => {
    const parsed = parse(text, containerd)
    expect(parsed.accepted && parsed.hosts.map(({ host, place }) => [host, place?.line, place?.column])).toEqual([
      ['a:1', 4, 3],
      ['b:1', 6, 1],
      ['reg.lan', 2, 1],
    ])
  })

  it.each([
    ['1.7.34', '[host."a:1"]\n  skip_verify = yes\n', 2, 17],
    ['2.2.7', '[host."a:1"]\n  skip_verify = yes\n', 2, 17],
    ['1.7.34', '[host."a:1"]\n[host."a:1"]\n', 2, 2],
    ['2.2.7', '[host."a:1"]\n[host."a:1"]\n', 2, 1],
    ['1.7.34', '[host."a:1"]\n\n  capabilities = ["fetch"]\n', 1, 1],
    ['2.2.7', '[host."a:1"]\n  skip_verify = "true"\n', 2, 17],
    ['1.7.34', '[host."a:1"]\n  skip_verify = "true"\n', 2, 3],
    ['2.2.7', 'a = "\u0001"\r\n', 1, 6],
  ])('a problem knows its line and column on %s: %j', (containerd, broken, line, column) => {
    expect(parse(broken, containerd)).toMatchObject({ accepted: false, problem: { line, column, crash: false } })
  })
})

describe('what ends the containerd process', () => {
  it.each([
    ['1.7.34', '[host]\na = 1\nb = 2\n'],
    ['2.2.7', '[server.x]\n'],
    ['2.2.7', '[host."a"]\nskip_verify = 1979-05-27\n'],
    ['2.3.4', '[[host."a".capabilities.x]]\n'],
  ])('is said of %s: %j', (containerd, text) => {
    expect(parse(text, containerd)).toMatchObject({ accepted: false, problem: { crash: true } })
  })

  it('is an error like any other where the library was mended', () => {
    expect(parse('[host."a"]\nskip_verify = 1979-05-27\n', '2.3.4')).toMatchObject({ problem: { crash: false } })
    expect(parse('[server.x]\n', '2.4.2')).toMatchObject({ problem: { crash: false } })
  })
})

describe('TOML 1.1, which go-toml reads since 2.4', () => {
  it.each([
    ['a line end in an inline table', '[host."http://a"]\nheader = {\n  x = "1", # c\n}\n'],
    ['a byte in a string', '[host."http://\\x61"]\n'],
    ['a time without seconds', '[host."http://a"]\n[x]\nca = 07:32\n'],
  ])('%s', (_name, text) => {
    const hosts = (containerd: string): unknown => {
      const parsed = parse(text, containerd)
      return parsed.accepted && parsed.hosts[0]?.host
    }
    expect(hosts('2.4.2')).toBe('a')
  })

  it('is nothing that 2.3 reads', () => {
    expect(parse('server = "\\x61"\n', '2.3.4')).toMatchObject({ accepted: false, problem: { line: 1, column: 12 } })
  })

  it('checks numbers also where nothing takes them', () => {
    expect(parse('a = 1_\n', '2.3.4')).toMatchObject({ accepted: true })
    expect(parse('a = 1_\n', '2.4.2')).toMatchObject({ accepted: false })
  })

  it('finds what is defined twice also below a table that is no field', () => {
    expect(parse('[x]\na = 1\na = 1\n', '2.3.4')).toMatchObject({ accepted: true })
    expect(parse('[x]\na = 1\na = 1\n', '2.4.2')).toMatchObject({ accepted: false, problem: { line: 3, column: 1 } })
  })
})

describe('hosts without an order', () => {
  it('are marked on 1.x, where inline tables have no line', () => {
    expect(parse('[host]\n"http://a:1" = {}\n"http://b:1" = {}\n', '1.7.34')).toMatchObject({ accepted: true, unordered: true })
  })
})

describe('bytes that are no UTF-8', () => {
  it('make 2.x reject the file', () => {
    const rules = rulesOf(version('2.2.7'))
    expect(parseHostsToml('# \uFFFD\n', '/x', rules, 4)).toMatchObject({ accepted: false, problem: { message: 'invalid UTF-8' } })
    expect(parseHostsToml('# \uFFFD\n', '/x', rules, 6)).toMatchObject({ accepted: true })
  })
})

const versions = ['1.7.0', '1.7.34', '2.0.7', '2.2.7', '2.3.4', '2.4.2', '2.1.5-k3s1', '9.9.9']
const words = [
  '[host."http://a:1"]',
  '[[',
  ']]',
  '[',
  ']',
  '{',
  '}',
  '=',
  '"',
  "'",
  '"""',
  "'''",
  '#',
  '\n',
  '\r\n',
  '\\',
  '.',
  ',',
  'host',
  'ca',
  'server',
  'skip_verify',
  'true',
  '1979-05-27',
  '0x',
  '1e',
  ' ',
  '\t',
  '\uFEFF',
  '\u{1F98A}',
  '\uD800',
]

describe('any text as hosts.toml', () => {
  it('gives hosts or a stated rejection, the same every time', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((list) => list.join('')),
    )
    fc.assert(
      fc.property(anything, fc.constantFrom(...versions), (text, containerd) => {
        const parsed = parse(text, containerd)
        const stated = parsed.accepted
          ? parsed.hosts.length > 0
          : parsed.problem.message !== '' && parsed.problem.line > 0 && parsed.problem.column > 0
        return stated && JSON.stringify(parse(text, containerd)) === JSON.stringify(parsed)
      }),
      { numRuns: 2000 },
    )
  }, 60_000)
})
