import { describe, expect, test } from 'vitest'
import { planRepairs } from '../../../src/effects/fix/plan.ts'
import type { Remedy, ReportedFinding, Risk, Step } from '../../../src/model/finding.ts'

const put = (node: string, content = 'x'): Step => ({ op: 'file.put', node, path: '/etc/hosts.toml', content, expect: null })
const remedy = (title: string, risk: Risk, ...steps: Step[]): Remedy => ({ title, risk, steps, show: [] })
const byHand = remedy('by hand', 'safe', { op: 'manual', command: 'docker ps' })

const finding = (id: string, ...remedies: Remedy[]): ReportedFinding => ({
  id,
  code: id.split(':')[0]!,
  severity: 'error',
  subject: { kind: 'node', cluster: 'dev', name: 'dev-worker' },
  check: 'node/registry-config',
  hop: 'resolve',
  title: id,
  message: id,
  evidence: [],
  remedies,
  docs: '',
})

const plan = (findings: ReportedFinding[], allow: Risk = 'safe', codes?: string[]) =>
  planRepairs(
    { findings, rootCauses: findings.map(({ id, code }) => ({ finding: id, code, explains: [], symptoms: [] })) },
    { allow, ...(codes && { codes }) },
  )

describe('what is done about a root cause', () => {
  test.each<[string, Remedy[], Risk, string]>([
    ['the first remedy that the tool can do', [byHand, remedy('write', 'safe', put('a'))], 'safe', 'write'],
    [
      'of several the first within the risk',
      [remedy('restart', 'disruptive', put('a')), remedy('write', 'safe', put('a'))],
      'safe',
      'write',
    ],
    [
      'the first, where its risk is allowed',
      [remedy('restart', 'disruptive', put('a')), remedy('write', 'safe', put('a'))],
      'disruptive',
      'restart',
    ],
    ['disruptive, where destructive is allowed', [remedy('restart', 'disruptive', put('a'))], 'destructive', 'restart'],
  ])('%s', (_name, remedies, allow, title) => {
    expect(plan([finding('a:x', ...remedies)], allow)).toMatchObject({
      repairs: [{ finding: 'a:x', code: 'a', cluster: 'dev', title }],
      others: [],
    })
  })

  test.each<[string, Remedy[], object]>([
    ['commands for a person', [byHand], { status: 'manual', title: 'by hand' }],
    [
      'a remedy of which a part is for a person',
      [remedy('both', 'safe', { op: 'manual', text: 'first this' }, put('a'))],
      { status: 'manual', title: 'both' },
    ],
    [
      'what is disruptive',
      [remedy('restart', 'disruptive', put('a'))],
      { status: 'not-allowed', reason: 'it is disruptive: --allow disruptive' },
    ],
    ['nothing at all', [], { status: 'manual', steps: [] }],
  ])('%s is left', (_name, remedies, other) => {
    expect(plan([finding('a:x', ...remedies)])).toMatchObject({ repairs: [], others: [other] })
  })
})

test('what other findings are explained by is repaired, they are not', () => {
  const [cause, consequence] = [finding('a:x', remedy('a', 'safe', put('a'))), finding('b:x', remedy('b', 'safe', put('b')))]
  const { repairs } = planRepairs(
    { findings: [cause, consequence], rootCauses: [{ finding: 'a:x', code: 'a', explains: ['b:x'], symptoms: [] }] },
    { allow: 'safe' },
  )
  expect(repairs.map((one) => one.title)).toEqual(['a'])
})

test('only root causes with the codes that are asked for', () => {
  const findings = [finding('a:x', remedy('a', 'safe', put('a'))), finding('b:x', byHand)]
  expect(plan(findings, 'safe', ['a'])).toMatchObject({ repairs: [{ code: 'a' }], others: [] })
  expect(plan(findings, 'safe', ['b'])).toMatchObject({ repairs: [], others: [{ code: 'b' }] })
})

test('of two that write one file differently the second waits for a fresh look; the same twice is no matter', () => {
  const write = (id: string, content: string): ReportedFinding => finding(id, remedy(id, 'safe', put('a', content)))
  expect(plan([write('a:x', '1'), write('b:x', '2')]).repairs.map((one) => one.code)).toEqual(['a'])
  expect(plan([write('a:x', '1'), write('b:x', '1')]).repairs.map((one) => one.code)).toEqual(['a', 'b'])
})
