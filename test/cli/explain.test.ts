import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PullPlanDocument } from '../../src/model/pull-plan.ts'
import { root } from '../../scripts/root.ts'
import { validatePlan } from '../plan-contract.ts'
import { startEngine } from '../ports/fake-engine.ts'
import { buildCli, type BuiltCli } from './built.ts'

let cli: BuiltCli
const incident = join(root, 'incidents/hosts-toml-missing/bundle.json')
const image = 'localhost:5001/lab/hello:1'

beforeAll(async () => {
  cli = await buildCli()
  mkdirSync(join(cli.home, 'certs.d/localhost:5001'), { recursive: true })
  mkdirSync(join(cli.home, 'broken/localhost:5001'), { recursive: true })
  writeFileSync(join(cli.home, 'certs.d/localhost:5001/hosts.toml'), '[host."http://kind-registry:5000"]\n')
  writeFileSync(join(cli.home, 'broken/localhost:5001/hosts.toml'), '[host."http://kind-registry:5000"]\n  ca = "missing.crt"\n')
  writeFileSync(join(cli.home, 'file'), 'x')
}, 60_000)
afterAll(() => cli?.remove())

const jsonOf = (text: string): PullPlanDocument => validatePlan(JSON.parse(text) as PullPlanDocument)
const files = ['--certs-d', 'certs.d', '--containerd-version', '2.1.4']

describe('what is wrong in the command line is one line on standard error and exit code 2', () => {
  const usage: Record<string, readonly [argv: string[], line: RegExp, code?: string]> = {
    nothing: [[], /name an image, or a pod with --pod NAME/],
    'an image and a pod': [[image, '--pod', 'app'], /an image or --pod NAME, not both/],
    'two images': [[image, image], /too many arguments for 'explain'/],
    'an image in capitals': [
      ['localhost:5001/App:1'],
      /^registry-doctor: Failed to apply default image tag "localhost:5001\/App:1": couldn't parse image name "localhost:5001\/App:1": invalid reference format: repository name \(App\) must be lowercase\n$/,
      'invalid-image',
    ],
    'an image with an empty tag': [['app:'], /couldn't parse image name "app:": invalid reference format\n$/, 'invalid-image'],
    'an image that is a URL': [
      ['http://localhost:5001/app:1'],
      /couldn't parse image name "http:.*invalid reference format/,
      'invalid-image',
    ],
    'a namespace without a pod': [[image, '-n', 'default'], /--namespace goes with --pod/],
    'a pod in two namespaces': [['--pod', 'a/app', '-n', 'b'], /the pod a\/app is not in the namespace b/],
    'a pod that is no name': [['--pod', 'App!'], /"App!" is no name of a pod/],
    'a namespace that is no name': [['--pod', '/app'], /"" is no name of a namespace/],
    'a format that only check has': [[image, '-o', 'junit=report.xml'], /"junit" is no format: there are terminal, json/],
    'an option that only check has': [[image, '--fail-on', 'warning'], /unknown option '--fail-on'/],
    'a bundle that is not there': [[image, '--from', 'nothing.json'], /nothing\.json: there is no such file/, 'bundle-unreadable'],
    'an unknown cluster of a bundle': [[image, '--from', incident, '--cluster', 'dve'], /no cluster is named "dve".*"dev"/, 'unknown-name'],
    'a kubeconfig that is not there': [[image, '--kubeconfig', 'nowhere'], /kubeconfig nowhere: there is no such file/],
    'files without their version': [[image, '--certs-d', 'certs.d'], /--certs-d needs --containerd-version/],
    'a version without files': [[image, '--containerd-version', '2.1.4'], /go with --certs-d DIR/],
    'a configuration without a directory': [[image, '--config-toml', 'file', '--containerd-version', '2.1.4'], /go with --certs-d DIR/],
    'a version that is none': [
      [image, '--certs-d', 'certs.d', '--containerd-version', 'new'],
      /"new" is no version of containerd: a version is like 2\.1\.4/,
    ],
    'a directory that is not there': [
      [image, '--certs-d', 'nowhere', '--containerd-version', '2.1.4'],
      /cannot read the directory nowhere: there is no such/,
    ],
    'a file in place of a directory': [
      [image, '--certs-d', 'file', '--containerd-version', '2.1.4'],
      /cannot read the directory file: it is no directory/,
    ],
    'a configuration that is not there': [
      [image, ...files, '--config-toml', 'nothing.toml'],
      /cannot read the configuration nothing\.toml: there is no such/,
    ],
    'files and a cluster': [[image, ...files, '--cluster', 'dev'], /--cluster is about clusters/],
    'files and a bundle': [[image, ...files, '--from', incident], /--from is about clusters/],
    'files and a pod': [['--pod', 'app', ...files], /--pod is about clusters/],
    'files without an image': [files, /name an image/],
  }
  test.concurrent.each(Object.entries(usage))('%s', async (_what, [argv, line, code = 'usage']) => {
    const { stdout, stderr, ...ended } = await cli.run(['explain', ...argv, ...(argv.includes('-o') ? [] : ['-o', 'json'])])
    expect(stderr).toMatch(/^registry-doctor: [^\n]+\n$/)
    expect(stderr).toMatch(line)
    expect(ended.code).toBe(2)
    if (argv.includes('-o')) return
    const document = jsonOf(stdout)
    expect(`registry-doctor: ${document.error?.message}\n`).toBe(stderr)
    expect(document).toMatchObject({ kind: 'PullPlan', status: 'incomplete', exitCode: 2, plans: [], notAsked: [], error: { code } })
  })
})

test('what could not be judged is exit code 3 and a whole document', async () => {
  const { code, stdout, stderr } = await cli.run(['explain', image, '-o', 'json'])
  expect({ code, stderr }).toEqual({ code: 3, stderr: '' })
  expect(jsonOf(stdout)).toMatchObject({ plans: [], error: { code: 'docker-unreachable' } })
  const onTerminal = await cli.run(['explain', image])
  expect(onTerminal.code).toBe(3)
  expect(onTerminal.stdout).toMatch(/no Docker engine answers[\s\S]*incomplete: docker-unreachable\n$/)
})

test('one that is interrupted too', async () => {
  const engine = await startEngine({ 'GET /containers/json': 'hang' })
  const { process: child, ended } = cli.start(['explain', image, '-o', 'json'], { DOCKER_HOST: engine.endpoint })
  await engine.waitFor('GET /containers/json')
  child.kill('SIGINT')
  const { code, stdout } = await ended
  expect(code).toBe(130)
  expect(jsonOf(stdout)).toMatchObject({ exitCode: 130, plans: [], error: { code: 'interrupted' } })
  await engine.close()
})

describe('a bundle', () => {
  test('of an image that was traced', async () => {
    const { code, stdout, stderr } = await cli.run(['explain', image, '--from', incident, '-o', 'json', '-o', 'terminal=plan.txt'])
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    const document = jsonOf(stdout)
    expect(document.mode).toBe('bundle')
    expect(document.plans.map((one) => one.outcome)).toEqual(['ok', 'ok', 'fails'])
    const text = readFileSync(join(cli.home, 'plan.txt'), 'utf8')
    expect(text).toMatch(/unhealthy: 1 of 3 nodes cannot get it · 2 of 3 nodes get it\n$/)
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/\u001b/)
  })

  test('of one that was not', async () => {
    const { code, stdout } = await cli.run(['explain', 'localhost:5001/not/asked:1', '--from', incident, '-o', 'json'])
    expect(code).toBe(3)
    const { error, plans } = jsonOf(stdout)
    expect(error?.code).toBe('not-recorded')
    expect(plans[0]!.endpoints).not.toEqual([])
  })

  test('and a pod, which it does not hold', async () => {
    const { code, stdout } = await cli.run(['explain', '--pod', 'app', '--from', incident, '-o', 'json'])
    expect(code).toBe(3)
    expect(jsonOf(stdout).error?.code).toBe('not-recorded')
  })
})

describe('files alone', () => {
  test('need no engine and no machine key', async () => {
    const { code, stdout, stderr } = await cli.run(['explain', image, ...files], { XDG_STATE_HOME: '/dev/null/x' })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/1 {9}http:\/\/kind-registry:5000\/v2[\s\S]*plan: 2 endpoints\n$/)
  })

  test('whose plan is an error', async () => {
    const { code, stdout } = await cli.run(['explain', image, '--certs-d', 'broken', '--containerd-version', 'v2.1.4', '-o', 'json'])
    expect(code).toBe(1)
    expect(jsonOf(stdout)).toMatchObject({ mode: 'files', plans: [{ outcome: 'fails' }] })
  })
})

test('its help names its options', async () => {
  const { code, stdout } = await cli.run(['explain', '--help'])
  expect(code).toBe(0)
  for (const option of ['--pod', '--namespace', '--from', '--certs-d', '--config-toml', '--containerd-version', '--cluster'])
    expect(stdout).toContain(option)
})
