import * as v from 'valibot'
import { expect } from 'vitest'
import { fixReportSchema, type FixReport, type RepairStatus, type StepStatus } from '../src/model/fix-report.ts'
import { againstSchema } from './document-contract.ts'
import { validateReport } from './report-contract.ts'

const validate = againstSchema('fix-report')

/** What the steps of a repair can have come to. */
const stepsOf: { readonly [S in RepairStatus]: readonly StepStatus[] } = {
  planned: ['planned', 'unchanged'],
  applied: ['applied', 'unchanged'],
  unchanged: ['unchanged'],
  failed: ['applied', 'undone', 'kept', 'unchanged', 'failed', 'not-reached'],
  // Ended in the middle of it.
  'not-reached': ['applied', 'undone', 'unchanged', 'not-reached'],
  manual: ['planned'],
  'not-allowed': ['planned', 'unchanged'],
  declined: ['planned', 'unchanged'],
  undone: ['undone', 'unchanged'],
  kept: ['undone', 'unchanged', 'kept', 'failed', 'not-reached'],
}
/** What no run but one that takes back comes to, and what it does not come to. */
const ofUndo: readonly string[] = ['undone', 'kept']
const ofFix: readonly string[] = ['applied', 'manual', 'not-allowed']

/** Holds a document against its JSON Schema, its types, and what the schema cannot say. */
export function validateFix(document: FixReport): FixReport {
  const plain = JSON.parse(JSON.stringify(document)) as FixReport
  validate(plain)
  expect(v.parse(v.strictObject(fixReportSchema.entries), plain), 'nothing but what the schema names').toEqual(plain)
  const { exitCode, status, error, command, dryRun, id, journal, repairs, before, after } = plain
  expect(status).toBe(exitCode === 0 ? 'healthy' : exitCode === 1 ? 'unhealthy' : 'incomplete')
  expect(error === undefined, 'what could not be judged says why').toBe(status !== 'incomplete')
  for (const report of [before, after]) if (report !== null) validateReport(report)

  const changed = repairs.some(({ steps }) => steps.some((one) => one.status === 'applied'))
  if (dryRun) expect(changed, 'a dry run changes nothing').toBe(false)
  if (changed) expect(id, 'what was changed can be taken back').toBeTruthy()
  // A step that failed can have left something.
  const touched = changed || repairs.some(({ steps }) => steps.some((one) => one.status === 'failed'))
  // One that goes on with an earlier run may find that all of it is done.
  const isContinued = id !== undefined && plain.notes.some((one) => one.includes(id))
  if (command !== 'undo' && !touched && !isContinued) expect(id, 'there is no id where nothing was changed').toBeUndefined()
  expect(journal !== undefined, 'an id has its journal').toBe(id !== undefined)
  if (exitCode === 0) expectDone(plain)
  if (exitCode === 1) expect(repairs.length + ((after ?? before)?.findings.length ?? 0), 'what is unhealthy is told').toBeGreaterThan(0)

  const known = new Set([...(before?.findings ?? []), ...(after?.findings ?? [])].map((one) => one.id))
  for (const repair of repairs) {
    const { finding, code, status: became, steps, reason } = repair
    const barred = command === 'undo' ? ofFix : ofUndo
    expect(barred, `${became} is nothing that ${command} comes to`).not.toContain(became)
    for (const one of steps) expect(stepsOf[became], `steps of a repair that is ${became}`).toContain(one.status)
    // What is taken back may have been found long ago.
    if (finding !== undefined && before !== null && command !== 'undo')
      expect(known, 'a repair is for something that was found').toContain(finding)
    if (finding !== undefined) expect(finding.split(':')[0], 'of its code').toBe(code)
    if (became === 'manual') expect(steps.map((one) => one.step.op)).toContain('manual')
    if (became === 'failed' || became === 'kept')
      expect(reason ?? steps.find((one) => one.reason !== undefined)?.reason, `what is ${became} says why`).toBeTruthy()
    expectOrder(steps.map((one) => one.status))
  }
  return document
}

/** Nothing is done after what failed. */
function expectOrder(statuses: readonly StepStatus[]): void {
  const end = statuses.findIndex((one) => one === 'failed' || one === 'not-reached')
  if (end < 0) return
  for (const status of statuses.slice(end + 1)) expect(status, 'nothing is done after a step that failed').toBe('not-reached')
}

/** What ends well has left nothing to do. */
function expectDone({ command, repairs, after }: FixReport): void {
  const left: readonly RepairStatus[] = ['failed', 'not-reached', 'kept']
  for (const { status } of repairs) expect(left).not.toContain(status)
  // Where a repair is taken back, what it was for is there again.
  if (after !== null && command !== 'undo') expect(after.exitCode, 'it is as healthy as what was found afterwards').toBe(0)
}
