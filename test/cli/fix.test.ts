import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FixReport } from '../../src/model/fix-report.ts'
import type { ListDocument } from '../../src/model/report.ts'
import { validateFix } from '../fix-contract.ts'
import { startEngine, type FakeEngine } from '../ports/fake-engine.ts'
import { buildCli, type BuiltCli } from './built.ts'

let cli: BuiltCli
let empty: FakeEngine
beforeAll(async () => {
  const version = { Version: '28.0.0', ApiVersion: '1.48', Os: 'linux' }
  ;[cli, empty] = await Promise.all([buildCli(), startEngine({ 'GET /version': version, 'GET /containers/json': [] })])
  mkdirSync(join(cli.home, 'folder'))
}, 60_000)
afterAll(async () => {
  cli?.remove()
  await empty?.close()
})

const documentOf = (text: string): FixReport => validateFix(JSON.parse(text) as FixReport)

describe('what is wrong in the command line is one line, exit code 2, and a document', () => {
  test.each<[string, string[], RegExp]>([
    ['yes and no at once', ['fix', '--yes', '--dry-run'], /--yes makes changes and --dry-run makes none/],
    ['a risk that is none', ['fix', '--allow', 'all'], /'all' is invalid.*safe, disruptive, destructive/],
    ['a code that is none', ['fix', '--code', 'hosts-toml-mising'], /"hosts-toml-mising".*"hosts-toml-missing"/],
    ['a proof of an undo', ['fix', '--undo', '--probe'], /--probe is about repairs, and --undo takes one back/],
    ['pods to be kicked by an undo', ['fix', '--undo', '--kick-pods'], /--kick-pods is about repairs/],
    ['a kubeconfig that is not there', ['fix', '--kubeconfig', 'nowhere'], /kubeconfig nowhere: there is no such file/],
    ['a provider that is none', ['setup', '--create-cluster', 'minikube'], /'minikube' is invalid.*kind, k3d/],
    [
      'a configuration of no cluster',
      ['setup', '--config', 'kind.yaml'],
      /--config is the configuration of a new cluster: give --create-cluster/,
    ],
    [
      'a configuration that is not there',
      ['setup', '--create-cluster', 'kind', '--config', 'none.yaml'],
      /cannot read none\.yaml: there is no such file/,
    ],
    ['a configuration that is a folder', ['setup', '--create-cluster', 'kind', '--config', 'folder'], /cannot read folder: it is a folder/],
    ['two names for one cluster', ['setup', '--create-cluster', 'kind', '--cluster', 'a', '--cluster', 'b'], /makes one cluster/],
    ['a port that is none', ['setup', '--port', '70000'], /a port is a number from 1 to 65535/],
  ])('%s', async (_what, argv, line) => {
    const { code, stdout, stderr } = await cli.run([...argv, '-o', 'json'], { DOCKER_HOST: empty.endpoint })
    expect(stderr).toMatch(/^registry-doctor: [^\n]+\n$/)
    expect(stderr).toMatch(line)
    expect(code).toBe(2)
    const { exitCode, repairs, command } = documentOf(stdout)
    expect({ exitCode, repairs }).toEqual({ exitCode: 2, repairs: [] })
    expect([argv[0], 'undo']).toContain(command)
  })
})

describe('what cannot be looked at is not repaired: exit code 3, and why', () => {
  test.each([
    ['fix', ['fix', '--yes']],
    ['setup', ['setup']],
  ])('%s without an engine', async (_what, argv) => {
    const { code, stdout } = await cli.run([...argv, '-o', 'json'])
    expect(code).toBe(3)
    expect(documentOf(stdout)).toMatchObject({ status: 'incomplete', error: { code: 'docker-unreachable' }, repairs: [] })
  })

  test('there is no cluster', async () => {
    const { code, stdout } = await cli.run(['fix', '--yes', '-o', 'json'], { DOCKER_HOST: empty.endpoint })
    expect(code).toBe(3)
    expect(documentOf(stdout).error?.code).toBe('no-cluster')
  })
})

test('there is nothing to take back: one line, exit code 2', async () => {
  const { code, stderr } = await cli.run(['fix', '--undo', '--yes'], { DOCKER_HOST: empty.endpoint })
  expect(stderr).toMatch(/^registry-doctor: there is nothing to take back[^\n]*\n$/)
  expect(code).toBe(2)
})

test('a run that is not known: one line that says where they are listed', async () => {
  const { code, stderr } = await cli.run(['fix', '--undo', '20260101-000000-abcd', '--yes'], { DOCKER_HOST: empty.endpoint })
  expect(stderr).toMatch(/^registry-doctor: there is no run 20260101-000000-abcd; fix --history lists them\n$/)
  expect(code).toBe(2)
})

test('the history of no run, for people and as a document', async () => {
  expect(await cli.run(['fix', '--history'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^nothing was changed yet/) })
  const { stdout } = await cli.run(['fix', '--history', '-o', 'json'])
  expect(JSON.parse(stdout) as ListDocument).toMatchObject({ kind: 'List', of: 'fixes', items: [] })
})

test('where nothing can be kept, nothing is changed: one line that says what to set', async () => {
  writeFileSync(join(cli.home, 'file'), '')
  const { code, stderr } = await cli.run(['fix', '--yes'], {
    DOCKER_HOST: empty.endpoint,
    XDG_STATE_HOME: join(cli.home, 'file', 'state'),
    TMPDIR: join(cli.home, 'file', 'tmp'),
  })
  expect(stderr).toMatch(
    /^registry-doctor: what is done must be kept, so that it can be taken back, and nothing can be: [^\n]+; set XDG_STATE_HOME\n$/,
  )
  expect(code).toBe(2)
})
