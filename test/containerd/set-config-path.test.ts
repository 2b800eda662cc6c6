import * as fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { getStaticTOMLValue, parseTOML } from 'toml-eslint-parser'
import { setConfigPath } from '../../src/containerd/set-config-path.ts'
import { parseContainerdVersion, type ContainerdVersion } from '../../src/containerd/versions.ts'
import { effective } from './effective-roots.ts'

const root = '/etc/containerd/certs.d'
const version = (text: string): ContainerdVersion => parseContainerdVersion(text)!
const set = (text: string, of: string): string | null => setConfigPath(text, version(of), root)

const oldName = 'plugins."io.containerd.grpc.v1.cri"'
const newName = 'plugins."io.containerd.cri.v1.images"'

describe('writes the line where this version reads it', () => {
  test.each<[string, string, string, string]>([
    ['1.7.27', 'a table is missing', 'version = 2\n', `version = 2\n\n[${oldName}.registry]\n  config_path = "${root}"\n`],
    ['2.1.4', 'a table is missing', 'version = 2\n', `version = 2\n\n[${newName}.registry]\n  config_path = "${root}"\n`],
    ['2.1.4', 'a line break at the end is missing', 'version = 3', `version = 3\n\n[${newName}.registry]\n  config_path = "${root}"\n`],
    ['2.1.4', 'empty lines at the end', 'version = 3\n\n\n', `version = 3\n\n[${newName}.registry]\n  config_path = "${root}"\n`],
    [
      '2.1.4',
      'an empty path',
      `version = 2\n[${oldName}.registry]\n  config_path = "" # why\n  x = 1\n`,
      `version = 2\n[${oldName}.registry]\n  config_path = "${root}" # why\n  x = 1\n`,
    ],
    [
      '1.7.27',
      'another path, in single quotes',
      `version = 2\n[${oldName}.registry]\nconfig_path='/x'`,
      `version = 2\n[${oldName}.registry]\nconfig_path = "${root}"`,
    ],
    [
      '2.1.4',
      'a quoted key',
      `version = 3\n[${newName}.registry]\n"config_path" = "/x"\n`,
      `version = 3\n[${newName}.registry]\nconfig_path = "${root}"\n`,
    ],
    [
      '2.1.4',
      'an empty table',
      `version = 3\n    [${newName}.registry] # c\n[other]\n`,
      `version = 3\n    [${newName}.registry] # c\n      config_path = "${root}"\n[other]\n`,
    ],
    [
      '2.1.4',
      'an empty table without a line break',
      `version = 3\n[${newName}.registry]`,
      `version = 3\n[${newName}.registry]\n  config_path = "${root}"\n`,
    ],
    [
      '2.1.4',
      'both names: the old one counts',
      `version = 2\n[${newName}.registry]\n[${oldName}.registry]\n`,
      `version = 2\n[${newName}.registry]\n[${oldName}.registry]\n  config_path = "${root}"\n`,
    ],
    [
      '2.1.4',
      'both names in a file of version 3: the new one counts',
      `version = 3\n[${oldName}.registry]\n[${newName}.registry]\n`,
      `version = 3\n[${oldName}.registry]\n[${newName}.registry]\n  config_path = "${root}"\n`,
    ],
    [
      '2.1.4',
      'other settings of the old name only',
      `version = 2\n[${oldName}.registry.headers]\n  X = ["y"]\n`,
      `version = 2\n[${oldName}.registry.headers]\n  X = ["y"]\n\n[${oldName}.registry]\n  config_path = "${root}"\n`,
    ],
    ['2.1.4', 'an empty file of version 1', '', `\n[${newName}.registry]\n  config_path = "${root}"\n`],
  ])('%s, %s', (of, _what, before, after) => {
    expect(set(before, of)).toBe(after)
  })
})

describe('leaves to people what it can not do safely', () => {
  test.each<[string, string, string]>([
    ['1.7.27', 'no TOML', '[x'],
    ['2.1.4', 'legacy mirrors, which exclude it', `version = 2\n[${oldName}.registry.mirrors."a"]\n  endpoint = ["http://b"]\n`],
    ['2.1.4', 'legacy credentials', `version = 2\n[${oldName}.registry.configs."a".auth]\n  username = "b"\n`],
    ['2.1.4', 'an inline table', `version = 2\n[plugins]\n  "io.containerd.grpc.v1.cri" = { registry = { config_path = "/x" } }\n`],
    ['2.1.4', 'dotted keys', `version = 2\n${oldName}.registry.config_path = "/x"\n`],
    ['2.1.4', 'dotted keys in the table of the plugin', `version = 2\n[${oldName}]\n  registry.config_path = "/x"\n`],
    ['1.7.27', 'a file of version 1', '[plugins.cri.registry]\n'],
    ['1.7.27', 'an empty file, which is of version 1', ''],
    ['1.7.27', 'a file of a version that it does not read', 'version = 3\n'],
    ['2.1.4', 'a file of a version that it does not read', 'version = 4\n'],
    ['1.4.13', 'a containerd without config_path', 'version = 2\n'],
  ])('%s, %s', (of, _what, text) => {
    expect(set(text, of)).toBeNull()
  })
})

const kind = readFileSync(new URL('../../fixtures/config-toml/kind/config.toml', import.meta.url), 'utf8')
test.each(['1.7.27', '2.0.2', '2.1.4', '2.2.7', '2.3.4'])("kind's own file, as %s reads it", (of) => {
  const fresh = kind.replace(/ {4}\[plugins\."io\.containerd\.cri\.v1\.images"\.registry\]\n.*\n/, '')
  expect(fresh).not.toContain('config_path')
  for (const text of [kind, fresh]) {
    const after = set(text, of)!
    expect(effective(after, of).roots).toEqual([root])
    expect(set(after, of), 'a second time changes nothing').toBe(after)
  }
})

// Configurations as people and tools write them: tables in any order, in any spelling, with comments.
const versions = fc.constantFrom('1.6.20', '1.7.27', '2.0.2', '2.1.4', '2.2.7', '2.3.4')
const spelled = (name: string): fc.Arbitrary<string> =>
  fc.constantFrom(`plugins."${name}"`, `plugins.'${name}'`, `plugins . "${name}"`, `"plugins"."${name}"`)
const plugin = fc.constantFrom('io.containerd.grpc.v1.cri', 'io.containerd.cri.v1.images', 'io.containerd.internal.v1.opt').chain(spelled)
const line = fc.constantFrom(
  'x = 1',
  'y = \'config_path = "/no"\'',
  '# config_path = "/comment"',
  '',
  'z = ["a", # b\n  "c"]',
  'm = """\n[plugins."io.containerd.grpc.v1.cri".registry]\n"""',
  'when = 1979-05-27',
)
const pathLine = fc.constantFrom('config_path = ""', 'config_path = "/x"', "config_path='/y' # why", '"config_path" = "/q"', '')
const table = fc.oneof(
  fc.tuple(plugin, line).map(([name, body]) => [name, body] as const),
  fc.tuple(plugin, pathLine).map(([name, body]) => [`${name}.registry`, body] as const),
  fc
    .tuple(plugin, fc.constantFrom('headers', 'mirrors."a"', 'configs."a".tls'))
    .map(([name, below]) => [`${name}.registry.${below}`, 'k = 1'] as const),
  fc.tuple(fc.constantFrom('grpc', 'debug', 'metrics', 'proxy_plugins.x'), line).map(([name, body]) => [name, body] as const),
)
const config = fc
  .record({
    version: fc.constantFrom('version = 2', 'version = 3', 'version = 4', '# none', 'version = 2 # c'),
    tables: fc.uniqueArray(table, { maxLength: 6, selector: ([name]) => name.replace(/[\s"']/g, '') }),
    indent: fc.constantFrom('', '  ', '\t'),
    breaks: fc.constantFrom('\n', '\n\n', '\r\n'),
    end: fc.constantFrom('', '\n', '\n\n'),
  })
  .map(
    ({ version: first, tables, indent, breaks, end }) =>
      [first, ...tables.flatMap(([name, body]) => [`${indent}[${name}]`, ...(body === '' ? [] : [indent + body])])].join(breaks) + end,
  )

/** Every setting of a configuration other than config_path, as `a.b.c = value`; tables that are empty do not count. */
function others(text: string): string[] {
  const walk = (value: unknown, path: string): string[] =>
    value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)
      ? Object.entries(value).flatMap(([key, inner]) => (key === 'config_path' ? [] : walk(inner, `${path}.${key}`)))
      : [`${path} = ${JSON.stringify(value)}`]
  return walk(getStaticTOMLValue(parseTOML(text)), '').toSorted()
}

test('any configuration: the path is set and takes effect, and nothing else is touched', () => {
  const seen = { changed: 0, left: 0 }
  fc.assert(
    fc.property(config, versions, (text, of) => {
      const after = set(text, of)
      if (after === null) return void seen.left++
      seen.changed++
      const { roots, sources, unreadable } = effective(after, of)
      expect({ roots, file: sources.configPath, unreadable }).toEqual({ roots: [root], file: 'c', unreadable: [] })
      // One stretch of the text was replaced; what stands before and behind it is the same, byte for byte.
      let [from, to] = [0, 0]
      while (from < text.length && text[from] === after[from]) from++
      while (to < text.length - from && text.at(-1 - to) === after.at(-1 - to)) to++
      const [gone, put] = [text.slice(from, text.length - to), after.slice(from, after.length - to)]
      const changed = text.slice(text.lastIndexOf('\n', from - 1) + 1, text.length - to)
      expect(gone.trim() === '' || /^\s*"?config_path/.test(changed), `only a value of config_path goes: ${JSON.stringify(gone)}`).toBe(
        true,
      )
      expect(put.length).toBeLessThan(root.length + 100)
      expect(others(after), 'all other settings are as before').toEqual(others(text))
    }),
    { numRuns: 400 },
  )
  expect(seen.changed).toBeGreaterThan(50)
  expect(seen.left).toBeGreaterThan(10)
})
