import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../../scripts/root.ts'
import type { TraceDocument } from '../../src/model/trace.ts'
import { validateTrace } from '../trace-contract.ts'
import { buildCli, type BuiltCli } from './built.ts'

let cli: BuiltCli
const incident = join(root, 'incidents/image-not-pushed/bundle.json')
const image = 'localhost:5001/lab/built:1'

beforeAll(async () => void (cli = await buildCli()), 60_000)
afterAll(() => cli?.remove())

const jsonOf = (text: string): TraceDocument => validateTrace(JSON.parse(text) as TraceDocument)

describe('what is wrong in the command line is one line on standard error and exit code 2', () => {
  const usage: Record<string, readonly [argv: string[], line: RegExp, code?: string]> = {
    nothing: [[], /name an image, or a pod with --pod NAME/],
    'an image and a pod': [[image, '--pod', 'app'], /an image or --pod NAME, not both/],
    'an image in capitals': [['localhost:5001/App:1'], /repository name \(App\) must be lowercase/, 'invalid-image'],
    'a format that only check has': [[image, '-o', 'junit=report.xml'], /"junit" is no format: there are terminal, json/],
    'a bundle that is not there': [[image, '--from', 'nothing.json'], /nothing\.json: there is no such file/, 'bundle-unreadable'],
    'an unknown cluster of a bundle': [[image, '--from', incident, '--cluster', 'dve'], /no cluster is named "dve".*"dev"/, 'unknown-name'],
    'a URL beside a bundle': [[image, '--from', incident, '--registry-url', 'http://r:5000'], /--registry-url is about live clusters/],
    'a URL that is none': [[image, '--registry-url', 'r:5000'], /--registry-url: give the URL of a registry/],
  }
  test.each(Object.entries(usage))('%s', async (_what, [argv, line, code = 'usage']) => {
    const run = await cli.run(['trace', ...argv])
    expect([run.code, run.stdout]).toEqual([2, ''])
    expect(run.stderr).toMatch(line)
    expect(run.stderr.trimEnd().split('\n')).toHaveLength(1)
    const json = await cli.run(['trace', ...argv, '-o', 'json'])
    expect(jsonOf(json.stdout)).toMatchObject({ kind: 'Trace', exitCode: 2, error: { code } })
  })
})

test('a bundle: what it tells of is judged, what it does not is not known', async () => {
  const run = await cli.run(['trace', image, '--from', incident, '-o', 'json'])
  const document = jsonOf(run.stdout)
  expect(run.code).toBe(document.exitCode)
  expect(document).toMatchObject({ mode: 'bundle', rootCauses: [{ code: 'image-not-pushed' }] })
  expect(document.traces[0]!.places.filter((one) => one.state === 'unknown').map((one) => one.detail)).toContain('not recorded')
})

test('no engine: exit 3, and the document says so', async () => {
  const run = await cli.run(['trace', image, '-o', 'json'], { DOCKER_HOST: 'unix:///nowhere.sock' })
  expect(run.code).toBe(3)
  expect(jsonOf(run.stdout)).toMatchObject({ exitCode: 3, error: { code: 'docker-unreachable' }, traces: [] })
})
