import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { codes, type Code } from '../../src/model/codes.ts'
import { remedySchema, type Step } from '../../src/model/finding.ts'
import type { Json } from '../../src/model/json.ts'
import { spliced } from '../../src/model/splice.ts'
import { remediesFor } from '../../src/remedies/remedies.ts'
import { effective } from '../containerd/effective-roots.ts'
import { data, finding, node } from './finding-data.ts'

const sentence = (step: Step): boolean => step.op === 'manual' && step.command === undefined

describe.each(Object.keys(codes) as Code[])('%s', (code) => {
  test.each(data[code].map((of) => [of] as const))('%j has a remedy that can be pasted', (of) => {
    const remedies = remediesFor(finding(code, of))
    expect(remedies.length).toBeGreaterThan(0)
    for (const remedy of remedies) {
      v.parse(v.strictObject(remedySchema.entries), remedy)
      expect(remedy.title).toMatch(/^\S.*\S$/)
      expect(remedy.show.length).toBeGreaterThan(0)
      expect(JSON.stringify(remedy)).not.toMatch(/undefined|null,null|\[object|NaN/)
      for (const line of remedy.show) {
        expect(line).toMatch(/^\S.*\S$/)
        expect(line, 'one line').not.toMatch(/[\n\r]/)
        expect(line, 'no name is empty').not.toMatch(/docker (?:start|unpause|restart|logs|exec|port)\s*$|(?:--name|-i|exec) {2}/)
      }
      const commands = remedy.steps.some(sentence) ? [] : remedy.show
      for (const command of commands) expect(spawnSync('sh', ['-n', '-c', command]).status, command).toBe(0)
    }
  })
})

// The commands as they are shown, in a real shell; docker is a script that runs in a folder in place of a node.
describe('the shown commands do what the steps say', () => {
  let folder: string
  let bin: string
  beforeAll(() => {
    bin = mkdtempSync(join(tmpdir(), 'rd-bin-'))
    const docker = `#!/bin/sh
[ "$1" = exec ] || exit 9
shift
[ "$1" = -i ] && shift
node=$1; shift
if [ "$1" = systemctl ]; then echo "$node: $*" >> "$NODES/log"; exit 0; fi
cd "$NODES/$node" && exec "$@"
`
    writeFileSync(join(bin, 'docker'), docker)
    chmodSync(join(bin, 'docker'), 0o755)
  })
  beforeEach(() => {
    if (folder) rmSync(folder, { recursive: true, force: true })
    folder = mkdtempSync(join(tmpdir(), 'rd-nodes-'))
  })
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
    rmSync(bin, { recursive: true, force: true })
  })

  const facts = (name: string, config: string | null, parts: { hosts?: string; containerd?: string } = {}) => {
    mkdirSync(join(folder, name, 'certs.d/localhost:5001'), { recursive: true })
    if (config !== null) writeFileSync(join(folder, name, 'config.toml'), config)
    if (parts.hosts !== undefined) writeFileSync(join(folder, name, 'certs.d/localhost:5001/hosts.toml'), parts.hosts)
    return {
      ...node,
      nodes: [name],
      containerd: parts.containerd ?? '2.1.4',
      // Relative, as the node is a folder here.
      configFile: 'config.toml',
      hostsToml: 'certs.d/localhost:5001/hosts.toml',
      files: {
        ...(config !== null && { 'config.toml': { sha256: 'a', text: config } }),
        ...(parts.hosts !== undefined && { 'certs.d/localhost:5001/hosts.toml': { sha256: 'b', text: parts.hosts } }),
      },
    }
  }
  const apply = (code: Code, each: object[]) => {
    const [remedy] = remediesFor(finding(code, { each: each as unknown as Json }))
    for (const line of remedy!.show) {
      const { status, stderr } = spawnSync('sh', ['-c', line], {
        env: { PATH: `${bin}:${process.env['PATH']}`, NODES: folder },
        encoding: 'utf8',
      })
      expect({ line, status, stderr }).toEqual({ line, status: 0, stderr: '' })
    }
    return remedy!
  }
  const read = (name: string, file = 'config.toml'): string => readFileSync(join(folder, name, file), 'utf8')

  const old = 'plugins."io.containerd.grpc.v1.cri".registry'

  test('legacy mirrors are taken out and written as hosts.toml; a hosts.toml that is there stays', () => {
    const before = `version = 2\n[${old}]\n  config_path = "certs.d"\n  [${old}.mirrors."localhost:5001"]\n    endpoint = ["http://old:5000"]\n[${old}.mirrors."*"]\n  endpoint = ["http://cache:5000"]\n[debug]\n  level = "info"\n`
    const mirrors = { 'localhost:5001': ['http://old:5000'], '*': ['http://cache:5000'] }
    const [there, missing] = ['n1', 'n2'].map((name, index) => ({
      ...facts(name, before, index === 0 ? { hosts: '[host."http://kind-registry:5000"]\n' } : {}),
      root: 'certs.d',
      mirrors,
    }))
    apply('mirrors-and-config-path', [there!, missing!])
    for (const name of ['n1', 'n2']) {
      expect(read(name)).toBe(`version = 2\n[${old}]\n  config_path = "certs.d"\n[debug]\n  level = "info"\n`)
      expect(read(name, 'certs.d/_default/hosts.toml')).toBe('[host."http://cache:5000"]\n')
    }
    expect(read('n1', 'certs.d/localhost:5001/hosts.toml')).toBe('[host."http://kind-registry:5000"]\n')
    expect(read('n2', 'certs.d/localhost:5001/hosts.toml')).toBe('[host."http://old:5000"]\n')
  })

  test.each<[string, string, string?]>([
    ['a table is appended', 'version = 2\n\n[debug]\n  level = "info"\n'],
    ['a table is appended behind a last line without a break', 'version = 2'],
    ['an empty path is replaced', `version = 2\n[${old}]\n  config_path = "" # a \\ comment\n[debug]\n`],
    ['a line is put into a table', `version = 2\n[${old}]\n[debug]\n`],
    [
      'a line is put into a table with settings',
      `version = 2\n  [${old}]\n    x = 'it''s'\n[debug]\n`.replace(`'it''s'`, `"it's \\\\ \\"quoted\\""`),
    ],
    ['a line is put behind a header at the end', `version = 2\n[${old}]`],
    ['line breaks of Windows stay', `version = 2\r\n[${old}]\r\n  config_path = ""\r\n[debug]\r\n`],
    ['a value over several lines is replaced', `version = 2\n[${old}]\n  config_path = """\n"""\n[debug]\n  level = "a\\tb"\n`],
    ['for containerd 1.7', 'version = 2\n', '1.7.27'],
  ])('config_path: %s', (_what, config, containerd = '2.1.4') => {
    const remedy = apply('config-path-missing', [facts('n1', config, { hosts: 'x', containerd })])
    const after = read('n1')
    expect(effective(after, containerd ?? '2.1.4')).toMatchObject({ roots: ['certs.d'], unreadable: [] })
    const put = remedy.steps.find((step) => step.op === 'file.put')
    expect(put?.op === 'file.put' && put.content.replace(/\n+/g, '\n')).toBe(after.replace(/\n+/g, '\n'))
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('n1: systemctl restart containerd\n')
  })

  test('nodes that are alike are one loop, others have a line each', () => {
    const remedy = apply('config-path-missing', [
      facts('n1', 'version = 2\n', { hosts: 'x' }),
      facts('n2', 'version = 2\n', { hosts: 'x' }),
      facts('n3', 'version = 2\n# longer\n\n[debug]\n', { hosts: 'x', containerd: '1.7.27' }),
    ])
    expect(remedy.show).toHaveLength(2)
    expect(remedy.show[0]).toMatch(/^for node in n1 n2; do .*; done$/)
    for (const [name, version] of [
      ['n1', '2.1.4'],
      ['n2', '2.1.4'],
      ['n3', '1.7.27'],
    ] as const)
      expect(effective(read(name), version).roots).toEqual(['certs.d'])
  })

  test('a hosts.toml is written where there is none, and left alone where there is one', () => {
    apply('config-path-missing', [facts('n1', 'version = 2\n', { hosts: '# my own\n' }), facts('n2', 'version = 2\n')])
    expect(read('n1', 'certs.d/localhost:5001/hosts.toml')).toBe('# my own\n')
    expect(read('n2', 'certs.d/localhost:5001/hosts.toml')).toBe('[host."http://kind-registry:5000"]\n')
  })

  test('a hosts.toml is written with its folder', () => {
    const all = [facts('n1', null), facts('n2', null)]
    rmSync(join(folder, 'n2/certs.d'), { recursive: true })
    const remedy = apply('hosts-toml-missing', all)
    expect(remedy.show).toHaveLength(1)
    for (const name of ['n1', 'n2']) expect(read(name, 'certs.d/localhost:5001/hosts.toml')).toBe('[host."http://kind-registry:5000"]\n')
    expect(remedy.steps.map((step) => step.op === 'file.put' && step.expect)).toEqual([null, null])
  })

  test('nodes whose files lie elsewhere get theirs there', () => {
    const elsewhere = { ...facts('n2', null), hostsToml: 'other/localhost:5001/hosts.toml' }
    apply('hosts-toml-missing', [facts('n1', null), elsewhere])
    expect(existsSync(join(folder, 'n2/other/localhost:5001/hosts.toml'))).toBe(true)
    expect(existsSync(join(folder, 'n2/certs.d/localhost:5001/hosts.toml'))).toBe(false)
  })

  const secret = (text: string) => text.replace('[redacted:0123456789]', 'the secret')
  const withSecret = `version = 2\n[plugins."x"]\n  token = "[redacted:0123456789]"\n`

  test.each([
    ['behind it', `${withSecret}[${old}]\n  config_path = ""\n[debug]\n`],
    ['in front of it', `[${old}]\n  config_path = ""\n${withSecret.replace('version = 2', '[debug]')}`.replace(/^/, 'version = 2\n')],
    ['at the end', withSecret],
    ['at the end, without a line break', withSecret.trimEnd()],
  ])('a file whose secrets were replaced is never written back: the lines that change are, %s', (_where, config) => {
    const given = facts('n1', config, { hosts: 'x' })
    writeFileSync(join(folder, 'n1/config.toml'), secret(config))
    const remedy = apply('config-path-missing', [given])
    expect(JSON.stringify(remedy)).not.toContain('redacted')
    expect(remedy.steps.map((step) => step.op)).toEqual(['file.splice', 'service.restart'])
    const [splice] = remedy.steps
    expect(splice).toMatchObject({ node: 'n1', path: 'config.toml', expect: 'a' })
    expect(read('n1')).toBe(splice?.op === 'file.splice' && spliced(secret(config), splice))
    expect(read('n1')).toContain('token = "the secret"')
    expect(effective(read('n1'), '2.1.4').roots).toEqual(['certs.d'])
  })

  test('mirrors are taken out beside a secret', () => {
    const config = `${withSecret}[${old}]\n  config_path = "certs.d"\n  [${old}.mirrors."localhost:5001"]\n    endpoint = ["http://old:5000"]\n[debug]\n`
    const given = { ...facts('n1', config), root: 'certs.d', mirrors: { 'localhost:5001': ['http://old:5000'] } }
    writeFileSync(join(folder, 'n1/config.toml'), secret(config))
    const remedy = apply('mirrors-and-config-path', [given])
    expect(remedy.steps.map((step) => step.op)).toEqual(['file.put', 'file.splice', 'service.restart'])
    expect(read('n1')).toBe(secret(`${withSecret}[${old}]\n  config_path = "certs.d"\n[debug]\n`))
  })

  test.each([
    ['among the lines that change', '    endpoint = ["http://u:[redacted:0123456789]@old:5000"]\n'],
    [
      'between them',
      `    endpoint = ["http://old:5000"]\n[plugins."x"]\n  token = "[redacted:0123456789]"\n[${old}.mirrors."b"]\n    endpoint = ["http://b"]\n`,
    ],
  ])('a secret %s is left to people', (_where, lines) => {
    const config = `version = 2\n[${old}]\n  config_path = "certs.d"\n[${old}.mirrors."a"]\n${lines}`
    const [remedy] = remediesFor(finding('mirrors-and-config-path', { ...facts('n1', config), root: 'certs.d', mirrors: {} }))
    expect(remedy?.steps.map((step) => step.op)).toEqual(['manual'])
    expect(remedy?.risk).toBe('disruptive')
  })

  test('a mirror with a password is left to people', () => {
    const mirrors = { a: ['http://u:[redacted:0123456789]@a:5000'] }
    const [remedy] = remediesFor(finding('mirrors-and-config-path', { ...facts('n1', 'version = 2\n'), root: 'certs.d', mirrors }))
    expect(remedy?.steps.map((step) => step.op)).toEqual(['manual'])
  })

  test('what can not be edited safely is left to people, in words', () => {
    const [remedy] = remediesFor(finding('config-path-missing', { ...facts('n1', `version = 2\n[${old}.mirrors."a"]\n`) }))
    expect(remedy?.steps.map((step) => step.op)).toEqual(['manual'])
    expect(remedy?.show[0]).toMatch(/config_path.*config\.toml.*mirrors.*restart containerd/)
  })
})
