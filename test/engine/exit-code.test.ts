import { expect, test } from 'vitest'
import { exitCodeOf } from '../../src/engine/exit-code.ts'
import type { CheckOutcome } from '../../src/engine/run-checks.ts'
import type { Code } from '../../src/model/codes.ts'
import type { ResultStatus } from '../../src/model/report.ts'
import type { Severity } from '../../src/model/words.ts'

const outcome = (status: ResultStatus, finds: readonly Code[], failureCode?: string): CheckOutcome => ({
  check: { id: 'group/check', per: 'cluster', title: '', why: '', finds },
  results: [
    {
      subject: { kind: 'cluster', name: 'dev' },
      status,
      reason: 'why',
      findings: [],
      durationMs: 0,
      ...(failureCode !== undefined && { failureCode }),
    },
  ],
})
const errors: readonly Code[] = ['hosting-configmap-wrong', 'registry-not-running']
const warnings: readonly Code[] = ['hosting-configmap-wrong', 'hosting-configmap-missing']
const gap = { code: 'kube-unreachable', message: 'could not be seen' }

type Row = readonly [
  what: string,
  severities: readonly Severity[],
  outcomes: readonly CheckOutcome[],
  gaps: readonly (typeof gap)[],
  failOn: Severity,
  exitCode: 0 | 1 | 3,
  gapCode?: string,
]
const rows: readonly Row[] = [
  ['nothing found', [], [outcome('pass', errors)], [], 'error', 0],
  ['nothing was checked', [], [], [], 'error', 0],
  ['skipped', [], [outcome('skip', errors)], [], 'error', 0],
  ['a warning', ['warning'], [], [], 'error', 0],
  ['a warning, where warnings fail', ['warning'], [], [], 'warning', 1],
  ['an error', ['error'], [], [], 'error', 1],
  ['an error among warnings', ['warning', 'error'], [], [], 'error', 1],
  ['an error, and what could not be judged', ['error'], [outcome('blocked', errors, 'timeout')], [gap], 'error', 1],
  ['a blocked check that could find errors', [], [outcome('blocked', errors, 'timeout')], [], 'error', 3, 'timeout'],
  ['the same, and a warning', ['warning'], [outcome('blocked', errors, 'timeout')], [], 'error', 3, 'timeout'],
  ['a blocked check that can only warn', [], [outcome('blocked', warnings, 'timeout')], [], 'error', 0],
  ['the same, where warnings fail', [], [outcome('blocked', warnings, 'timeout')], [], 'warning', 3, 'timeout'],
  ['a check that is broken', [], [outcome('error', errors)], [], 'error', 3, 'check-failed'],
  ['a registry that could not be seen', [], [], [gap], 'error', 3, 'kube-unreachable'],
  ['the same, before a blocked check', [], [outcome('blocked', errors, 'timeout')], [gap], 'error', 3, 'kube-unreachable'],
  ['a warning that fails, and a gap', ['warning'], [], [gap], 'warning', 1],
]

test.each(rows.map((row) => [row[0], row] as const))('%s', (_what, [, severities, outcomes, gaps, failOn, exitCode, gapCode]) => {
  const judged = exitCodeOf(severities, outcomes, gaps, failOn)
  expect(judged.exitCode).toBe(exitCode)
  expect(judged.gap?.code).toBe(gapCode)
})

test('what could not be judged is named', () => {
  expect(exitCodeOf([], [outcome('blocked', errors, 'timeout')], [], 'error').gap?.message).toBe(
    'group/check of dev could not be judged: why',
  )
})
