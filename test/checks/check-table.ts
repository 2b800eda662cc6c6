import { describe, expect, test } from 'vitest'
import type { AnyCheck } from '../../src/checks/define-check.ts'
import { discover } from '../../src/discover/discover.ts'
import type { Selection } from '../../src/discover/options.ts'
import { runChecks, type SubjectResult } from '../../src/engine/run-checks.ts'
import { replaySession, type Session } from '../../src/engine/session.ts'
import type { Code } from '../../src/model/codes.ts'
import type { Look } from '../../src/model/observation.ts'
import { subjectPath } from '../../src/model/words.ts'

/** What a check must say of all its subjects together. */
export type Expectation = (results: readonly SubjectResult[]) => void

export interface Row {
  readonly session: Session
  readonly expect: Expectation
  readonly selection?: Partial<Selection>
}

const brief = (results: readonly SubjectResult[]): string[] =>
  results.map(({ subject, status, reason, findings }) =>
    [subjectPath(subject), status, reason, ...findings.map((one) => `${one.code}: ${one.message}`)].filter(Boolean).join(' | '),
  )

const found = (results: readonly SubjectResult[]): string[] =>
  results.flatMap((one) => one.findings.map((finding) => `${finding.code} ${subjectPath(finding.subject)}`))

/** Every subject passes, without a finding. */
export const pass: Expectation = (results) => {
  expect(results).not.toEqual([])
  expect(brief(results.filter((one) => one.status !== 'pass' || one.findings.length > 0))).toEqual([])
}

/** Exactly this code is found, of exactly these subjects (paths: `node/dev/dev-worker`), else of any one. */
export const finds =
  (code: Code, ...subjects: readonly string[]): Expectation =>
  (results) => {
    const got = found(results)
    if (subjects.length > 0) expect(got.sort()).toEqual(subjects.map((one) => `${code} ${one}`).sort())
    else expect(got).toEqual([expect.stringMatching(new RegExp(`^${code} `))])
  }

/** One finding whose message and evidence say this. */
export const says =
  (...texts: readonly RegExp[]): Expectation =>
  (results) => {
    const all = results.flatMap((one) => one.findings.map(({ message, evidence }) => `${message}\n${JSON.stringify(evidence)}`)).join('\n')
    for (const text of texts) expect(all).toMatch(text)
  }

/** Findings that tell repairs this, one after the other. */
export const carries =
  (...data: readonly object[]): Expectation =>
  (results) =>
    expect(results.flatMap((one) => one.findings.map((finding) => finding.data))).toMatchObject(data)

const everyStatus =
  (status: SubjectResult['status']) =>
  (reason: RegExp): Expectation =>
  (results) => {
    expect(results).not.toEqual([])
    expect(brief(results.filter((one) => one.status !== status || one.findings.length > 0))).toEqual([])
    for (const one of results) expect(one.reason).toMatch(reason)
  }

/** Every subject is skipped for this reason. */
export const skips = everyStatus('skip')

/** No subject can be judged, for this reason. */
export const blocked = everyStatus('blocked')

/** This subject cannot be judged, for this reason; says nothing of the others. */
export const blocksOnly =
  (subject: string, reason: RegExp): Expectation =>
  (results) => {
    const unjudged = results.filter((one) => one.status === 'blocked')
    expect(unjudged.map((one) => subjectPath(one.subject))).toEqual([subject])
    expect(unjudged[0]!.reason).toMatch(reason)
  }

/** There is nothing that the check could judge. */
export const hasNoSubject: Expectation = (results) => expect(brief(results)).toEqual([])

export const all =
  (...expectations: readonly Expectation[]): Expectation =>
  (results) =>
    expectations.forEach((one) => one(results))

export const everything: Selection = { clusters: [] }

/** Discovers and runs one check, as a run does. */
export async function judge(look: Look, check: AnyCheck, selection: Partial<Selection> = {}): Promise<readonly SubjectResult[]> {
  const topology = await discover(look, { ...everything, ...selection })
  const [outcome] = await runChecks(look, [check], topology)
  return outcome!.results
}

/**
 * Runs a check on each session, and again on the replay of what the first run recorded, which must give the same: a check
 * that depended on more than what it looked at, or on the order of answers, would differ.
 */
export function checkTable(check: AnyCheck, rows: { readonly [name: string]: Row }): void {
  describe(`check ${check.id}`, () => {
    test.each(Object.entries(rows))('%s', async (_name, { session, expect: expectation, selection }) => {
      const first = await judge(session.look, check, selection)
      expectation(first)
      for (const { findings } of first) for (const { code } of findings) expect(check.finds).toContain(code)

      const second = await judge(replaySession(session.recorded()).look, check, selection)
      expect(second.map(timeless)).toEqual(first.map(timeless))
    })
  })
}

const timeless = ({ durationMs: _durationMs, ...rest }: SubjectResult): unknown => rest
