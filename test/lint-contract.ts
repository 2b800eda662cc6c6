import * as v from 'valibot'
import { expect } from 'vitest'
import { isCode } from '../src/model/codes.ts'
import { lintCodes } from '../src/model/lint-codes.ts'
import { lintReportSchema, type LintReport } from '../src/model/lint-report.ts'
import { againstSchema } from './document-contract.ts'

const validate = againstSchema('lint-report')

/** Holds a document against its JSON Schema, its types, and what the schema cannot say. */
export function validateLint(document: LintReport): LintReport {
  const plain = JSON.parse(JSON.stringify(document)) as LintReport
  validate(plain)
  expect(v.parse(v.strictObject(lintReportSchema.entries), plain), 'nothing but what the schema names').toEqual(plain)
  const { exitCode, status, files, error } = plain
  expect(status).toBe(exitCode === 0 ? 'healthy' : exitCode === 1 ? 'unhealthy' : 'incomplete')
  expect(error === undefined, 'what could not be judged says why').toBe(status !== 'incomplete')
  const problems = files.flatMap((one) => one.problems)
  if (exitCode === 0) expect(problems.map((one) => one.severity)).not.toContain('error')
  if (exitCode === 1) expect(problems).not.toEqual([])
  for (const { code, message, docs, correction } of problems) {
    expect(isCode(code) || Object.hasOwn(lintCodes, code), `${code} is a code`).toBe(true)
    expect(docs, 'each code has its page').toBe(`docs/codes/${code}.md`)
    expect(message).not.toBe('')
    if (correction) expect(correction.remove ?? correction.insert).toBeDefined()
  }
  return document
}
