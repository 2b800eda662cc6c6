import { Ajv } from 'ajv'
import { existsSync, readFileSync } from 'node:fs'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { schemaFiles } from '../../scripts/build-schemas.ts'
import { checkReportSchema } from '../../src/model/report.ts'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const sample = (): Record<string, any> => JSON.parse(read('fixtures/sample-report.json')) // oxlint-disable-line no-explicit-any

function faultsBy(path: string): (document: unknown) => unknown[] {
  const validate = new Ajv({ allErrors: true }).compile(JSON.parse(read(path)))
  return (document) => (validate(document) ? [] : (validate.errors ?? []))
}

test.each([...schemaFiles()])('%s is what npm run schemas writes', (path, text) => {
  expect(existsSync(new URL(`../../${path}`, import.meta.url)) && read(path)).toBe(text)
})

describe('check-report.schema.json', () => {
  const faults = faultsBy('schema/check-report.schema.json')
  const finding = (change: Record<string, unknown>): unknown => ({ ...sample(), findings: [{ ...sample()['findings'][0], ...change }] })

  test('the sample report is valid, also for valibot', () => {
    expect(faults(sample())).toEqual([])
    expect(v.is(checkReportSchema, sample())).toBe(true)
  })

  test.each<[string, () => unknown]>([
    ['a new field', () => ({ ...sample(), future: 1 })],
    ['a new field of a finding', () => finding({ future: 1 })],
    ['a new status', () => ({ ...sample(), status: 'future' })],
    ['a new hop', () => finding({ hop: 'future' })],
    ['a new kind of subject', () => finding({ subject: { kind: 'future', name: 'x' } })],
    ['a new repair step', () => finding({ remedies: [{ title: 't', risk: 'safe', steps: [{ op: 'future', x: 1 }], show: [] }] })],
    [
      'an error and empty lists',
      () => ({
        ...sample(),
        status: 'incomplete',
        exitCode: 2,
        error: { code: 'usage', message: 'm' },
        clusters: [],
        registries: [],
        findings: [],
        rootCauses: [],
        symptoms: [],
        checks: [],
      }),
    ],
  ])('accepts %s', (_name, make) => {
    expect(faults(make())).toEqual([])
  })

  test.each<[string, () => unknown]>([
    ['another schema version', () => ({ ...sample(), schemaVersion: 2 })],
    ['another kind', () => ({ ...sample(), kind: 'List' })],
    ['no checks', () => ({ ...sample(), checks: undefined })],
    ['a status that is no word', () => ({ ...sample(), status: 1 })],
    [
      'a known step without its fields',
      () => finding({ remedies: [{ title: 't', risk: 'safe', steps: [{ op: 'container.start' }], show: [] }] }),
    ],
  ])('rejects %s', (_name, make) => {
    expect(faults(JSON.parse(JSON.stringify(make())))).not.toEqual([])
  })
})

test('list.schema.json accepts what each kind of list adds', () => {
  const { clusters: _, registries: _r, findings: _f, rootCauses: _c, symptoms: _s, checks: _k, ...envelope } = sample()
  const faults = faultsBy('schema/list.schema.json')
  expect(faults({ ...envelope, kind: 'List', of: 'codes', items: [{ id: 'a', title: 'b', severity: 'error' }] })).toEqual([])
})

describe('pull-plan.schema.json', () => {
  const faults = faultsBy('schema/pull-plan.schema.json')
  const endpoint = {
    url: 'http://r:5000/v2',
    scheme: 'http',
    host: 'r:5000',
    path: '/v2',
    capabilities: ['pull'],
    skipVerify: false,
    httpFallback: false,
    source: 'hosts.toml',
  }
  const plan = { image: 'r:5000/a:1', containerd: '2.1.4', endpoints: [endpoint], attempts: [], outcome: 'unknown' }
  const document = (change: Record<string, unknown> = {}, own: Record<string, unknown> = {}): unknown => {
    const { clusters: _, registries: _r, findings: _f, rootCauses: _c, symptoms: _s, checks: _k, ...envelope } = sample()
    return { ...envelope, kind: 'PullPlan', plans: [{ ...plan, ...own }], notAsked: [], ...change }
  }

  test.each<[string, unknown]>([
    ['a plan', document()],
    ['no plan at all', document({ plans: [], error: { code: 'usage', message: 'm' }, exitCode: 2 })],
    ['a new field', document({ future: 1 }, { future: 1 })],
    ['a new outcome', document({}, { outcome: 'future' })],
    ['a new class of error', document({}, { error: { class: 'future', text: 't' } })],
    ['a new source', document({}, { endpoints: [{ ...endpoint, source: 'future' }] })],
    ['a new mode', document({ mode: 'future' })],
  ])('accepts %s', (_name, value) => {
    expect(faults(value)).toEqual([])
  })

  test.each<[string, unknown]>([
    ['no plans', document({ plans: undefined })],
    ['another kind', document({ kind: 'CheckReport' })],
    ['an endpoint without its URL', document({}, { endpoints: [{ ...endpoint, url: undefined }] })],
    ['an error without its text', document({}, { error: { class: 'timeout' } })],
  ])('rejects %s', (_name, value) => {
    expect(faults(JSON.parse(JSON.stringify(value)))).not.toEqual([])
  })
})
