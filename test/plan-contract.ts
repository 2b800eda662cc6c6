import * as v from 'valibot'
import { expect } from 'vitest'
import { pullPlanSchema, type PullPlanDocument } from '../src/model/pull-plan.ts'
import { againstSchema } from './document-contract.ts'

const validate = againstSchema('pull-plan')

/** Holds a document against its JSON Schema, its types, and what the schema cannot say. */
export function validatePlan(document: PullPlanDocument): PullPlanDocument {
  const plain = JSON.parse(JSON.stringify(document)) as PullPlanDocument
  validate(plain)
  expect(v.parse(v.strictObject(pullPlanSchema.entries), plain), 'nothing but what the schema names').toEqual(plain)
  const { exitCode, status, plans, error } = plain
  expect(status).toBe(exitCode === 0 ? 'healthy' : exitCode === 1 ? 'unhealthy' : 'incomplete')
  expect(error === undefined, 'what could not be judged says why').toBe(status !== 'incomplete')
  if (exitCode === 1) expect(plans.map((one) => one.outcome)).toContain('fails')
  if (exitCode === 0) expect(plans.map((one) => one.outcome)).not.toContain('fails')
  for (const { outcome, attempts, endpoints, servedBy, error: failure, reason } of plans) {
    for (const { endpoint, status: answered, error: failed } of attempts) {
      expect(endpoints[endpoint], 'every request is of an endpoint').toBeDefined()
      expect((answered === undefined) !== (failed === undefined), 'an answer or why there is none').toBe(true)
    }
    if (servedBy !== undefined) expect([outcome, endpoints[servedBy]?.skipped]).toEqual(['ok', undefined])
    if (outcome === 'fails') expect(failure ?? reason).toBeDefined()
    if (outcome === 'unknown') expect(reason).toBeTruthy()
    if (outcome !== 'fails') expect(failure).toBeUndefined()
  }
  return document
}

/** A document without what differs from run to run. */
export function comparablePlan({
  startedAt: _startedAt,
  durationMs: _durationMs,
  mode: _mode,
  tool: _tool,
  ...rest
}: PullPlanDocument): unknown {
  return rest
}
