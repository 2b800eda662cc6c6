import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../../scripts/root.ts'
import type { LintReport } from '../../src/model/lint-report.ts'
import { validateLint } from '../lint-contract.ts'
import { buildCli, type BuiltCli } from './built.ts'

let cli: BuiltCli
const names = ['kind-without-patch.yaml', 'kind-with-patch.yaml', 'k3d-3-insecure_skip_verify.yaml', 'registries-broken.yaml']

beforeAll(async () => {
  cli = await buildCli()
  for (const name of names) copyFileSync(join(root, 'fixtures/lint', name), join(cli.home, name))
  mkdirSync(join(cli.home, 'folder'))
  writeFileSync(join(cli.home, 'notes.txt'), 'nothing that is known\n')
}, 60_000)
afterAll(() => cli?.remove())

const jsonOf = (text: string): LintReport => validateLint(JSON.parse(text) as LintReport)

describe('what is wrong in the command line is one line on standard error and exit code 2', () => {
  const fine = 'kind-with-patch.yaml'
  const usage: Record<string, readonly [argv: string[], line: RegExp]> = {
    nothing: [[], /missing required argument 'file'/],
    'a file that is not there': [['nowhere.yaml'], /cannot read nowhere\.yaml: there is no such file\n$/],
    'one of two that is not there': [[fine, 'nowhere.yaml'], /cannot read nowhere\.yaml/],
    'a folder': [['folder'], /cannot read folder: it is a folder\n$/],
    'a file of another kind': [
      ['notes.txt'],
      /notes\.txt: neither its content nor its name tells what it is; files that are known: kind-config/,
    ],
    'a file twice': [[fine, fine], /kind-with-patch\.yaml is named twice\n$/],
    'a containerd that is none': [[fine, '--containerd-version', 'new'], /"new" is no version of containerd: a version is like 2\.1\.4\n$/],
    'a k3s that is none': [[fine, '--k3s-version', 'latest'], /"latest" is no version of k3s: a version is like v1\.34\.1\+k3s1\n$/],
    'a severity that is none': [[fine, '--fail-on', 'note'], /--fail-on .*'note' is invalid/],
    'an option of check': [[fine, '--cluster', 'dev'], /unknown option '--cluster'/],
    'a format that only check has': [[fine, '-o', 'junit=report.xml'], /"junit" is no format: there are terminal, json/],
  }
  test.concurrent.each(Object.entries(usage))('%s', async (_what, [argv, line]) => {
    const { stdout, stderr, ...ended } = await cli.run(['lint', ...argv, ...(argv.includes('-o') ? [] : ['-o', 'json'])])
    expect(stderr).toMatch(/^registry-doctor: [^\n]+\n$/)
    expect(stderr).toMatch(line)
    expect(ended.code).toBe(2)
    const documents = argv.includes('-o') ? [] : [jsonOf(stdout)]
    for (const document of documents) {
      expect(`registry-doctor: ${document.error?.message}\n`).toBe(stderr)
      expect(document).toMatchObject({ kind: 'LintReport', status: 'incomplete', exitCode: 2, files: [], error: { code: 'usage' } })
    }
  })
})

describe('the exit code is 1 from the given severity on', () => {
  test.concurrent.each<[string, string[], number]>([
    ['a file that is right', ['kind-with-patch.yaml', '--containerd-version', '2.1.4'], 0],
    ['an error', ['kind-without-patch.yaml', '--containerd-version', '2.1.4'], 1],
    ['no error with the containerd of the nodes', ['kind-without-patch.yaml', '--containerd-version', 'containerd://2.3.4'], 0],
    ['a warning', ['k3d-3-insecure_skip_verify.yaml'], 0],
    ['a warning that counts', ['k3d-3-insecure_skip_verify.yaml', '--fail-on', 'warning'], 1],
    ['one of several files', ['kind-with-patch.yaml', 'registries-broken.yaml'], 1],
  ])('%s', async (_what, argv, expected) => {
    const { code, stdout, stderr } = await cli.run(['lint', ...argv, '-o', 'json'])
    expect({ code, stderr }).toEqual({ code: expected, stderr: '' })
    expect(jsonOf(stdout)).toMatchObject({ exitCode: expected, mode: 'files' })
  })
})

test('standard input is a file', () => {
  const input = readFileSync(join(cli.home, 'registries-broken.yaml'))
  const { status, stdout } = spawnSync(process.execPath, [join(cli.out, 'cli.js'), 'lint', '-', '-o', 'json'], {
    input,
    env: { HOME: cli.home },
  })
  expect(status).toBe(1)
  expect(jsonOf(stdout.toString()).files).toMatchObject([{ path: '-', fileKind: 'registries.yaml' }])
})

test('a terminal report and a document in one run, without any secret', async () => {
  const { code, stdout, stderr } = await cli.run(['lint', 'registries-broken.yaml', '-o', 'terminal', '-o', 'json=lint.json'])
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  expect(stdout).toMatch(/^registries-broken\.yaml:2:3: error registries-yaml-key-mismatch /)
  expect(stdout).toMatch(/unhealthy: \d errors · \d warnings? · 1 file read\n$/)
  const document = readFileSync(join(cli.home, 'lint.json'), 'utf8')
  expect(jsonOf(document).exitCode).toBe(1)
  expect(stdout + document).not.toContain('s3cr3t')
})

test('a document is also written where a file cannot be read', async () => {
  const { code } = await cli.run(['lint', 'nowhere.yaml', '-o', 'json=none.json'])
  expect(code).toBe(2)
  expect(existsSync(join(cli.home, 'none.json'))).toBe(true)
  expect(jsonOf(readFileSync(join(cli.home, 'none.json'), 'utf8'))).toMatchObject({ status: 'incomplete', error: { code: 'usage' } })
})

test('its help names its options', async () => {
  const { code, stdout } = await cli.run(['lint', '--help'])
  expect(code).toBe(0)
  for (const option of ['--containerd-version', '--k3s-version', '--fail-on', '--output', 'registries.yaml'])
    expect(stdout).toContain(option)
})
