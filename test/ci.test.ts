import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { root } from '../scripts/root.ts'

/**
 * An npm that notes how it is called and does as it is told: $FAIL names steps that fail, $test and $e2e are the numbers
 * of the suites (empty: the suite writes none). The e2e suite leaves a cluster behind, beside one that was there before.
 */
const npm = `#!/usr/bin/env bash
echo "$*" >> calls
[ "$1" = run ] && shift
[ "$1" = --silent ] && shift
step=$1
[ "$step \${3-}" = 'lab status' ] && { echo '  mine: containerd 2.1.4'; grep -q '^run e2e' calls && echo '  left: containerd 2.1.4'; exit 0; }
for word in "$@"; do
  [[ $word == --outputFile.json=* && -n \${!step} ]] && read -r passed failed <<< "\${!step}" &&
    echo "{\\"numPassedTests\\": $passed, \\"numFailedTests\\": $failed}" > "\${word#*=}"
done
[ "$step" = "\${SLOW-}" ] && sleep 60
[[ " \${FAIL-} " != *" $step "* ]] && [ "\${failed-0}" -eq 0 ]
`

let house: string

beforeEach(async () => {
  house = await mkdtemp(join(tmpdir(), 'ci-run-'))
  await mkdir(join(house, 'bin'))
  await cp(join(root, '.ci'), join(house, '.ci'), { recursive: true })
  await writeFile(join(house, 'bin/npm'), npm, { mode: 0o755 })
  await writeFile(join(house, 'bin/docker'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
})
afterEach(() => rm(house, { recursive: true }))

interface Run {
  readonly code: number | null
  readonly lastLine: string | undefined
  readonly calls: string[]
}

function run(told: { FAIL?: string; SLOW?: string; test?: string; e2e?: string } = {}, interruptAfter?: string): Promise<Run> {
  const env = { ...process.env, PATH: `${house}/bin:${process.env['PATH']}`, test: '40 0', e2e: '7 0', ...told }
  const child = spawn(join(house, '.ci/run'), { cwd: house, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      if (interruptAfter !== undefined && chunk.includes(interruptAfter)) setTimeout(() => child.kill('SIGTERM'), 100)
    })
  }
  return new Promise((resolve) => {
    child.once('close', (code) => {
      void readFile(join(house, 'calls'), 'utf8').then((calls) =>
        resolve({ code, lastLine: out.trimEnd().split('\n').at(-1), calls: calls.trim().split('\n') }),
      )
    })
  })
}

test('all is well', async () => {
  const { code, lastLine, calls } = await run()
  expect({ code, lastLine }).toEqual({ code: 0, lastLine: '47 passed, 0 failed' })
  expect(calls.map((call) => call.replace(/ -- --reporter.*/, ''))).toEqual([
    'ci --include=dev',
    'run test',
    'run lint',
    'run types',
    'run conformance -- --version today',
    'run build',
    'run package-check',
    'run --silent lab -- status',
    'run lab -- build --containerd 2.1.4 2.3.4 1.7.23-k3s2 2.1.5-k3s1',
    'run e2e',
    'run --silent lab -- status',
    'run --silent lab -- down --name left',
    'run --silent lab -- down --engine',
  ])
})

test.each([
  ['a failing test', { test: '39 1' }, '46 passed, 1 failed'],
  ['a failing step', { FAIL: 'lint' }, '47 passed, 1 failed'],
  ['tests and a step', { FAIL: 'types', test: '38 2', e2e: '6 1' }, '44 passed, 4 failed'],
  ['a suite that fails beside its tests', { FAIL: 'test' }, '47 passed, 1 failed'],
  ['a suite that ran no test', { e2e: '0 0' }, '40 passed, 1 failed'],
  ['a suite that says nothing', { test: '' }, '7 passed, 1 failed'],
  ['no build', { FAIL: 'build' }, '40 passed, 2 failed'],
  ['no clusters', { FAIL: 'lab' }, '40 passed, 2 failed'],
  ['nothing installed', { FAIL: 'ci' }, '0 passed, 3 failed'],
])('%s', async (_name, told, expected) => {
  const { code, lastLine } = await run(told)
  expect({ code, lastLine }).toEqual({ code: 1, lastLine: expected })
})

test('clusters are not made of what was not built', async () => {
  const { calls } = await run({ FAIL: 'build' })
  expect(calls.filter((call) => /lab|e2e|package-check/.test(call))).toEqual([])
})

test('when it is stopped it cleans up and tells the result', async () => {
  const { code, lastLine, calls } = await run({ SLOW: 'e2e', e2e: '' }, '=== e2e')
  expect({ code, lastLine }).toEqual({ code: 1, lastLine: '40 passed, 2 failed' })
  expect(calls.slice(-2)).toEqual(['run --silent lab -- down --name left', 'run --silent lab -- down --engine'])
})
