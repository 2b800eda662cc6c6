import * as v from 'valibot'
import { expect } from 'vitest'
import { placeKinds, traceSchema, type TraceDocument } from '../src/model/trace.ts'
import { againstSchema } from './document-contract.ts'

const validate = againstSchema('trace')

/** Holds a document against its JSON Schema, its types, and what the schema cannot say. */
export function validateTrace(document: TraceDocument): TraceDocument {
  const plain = JSON.parse(JSON.stringify(document)) as TraceDocument
  validate(plain)
  expect(v.parse(v.strictObject(traceSchema.entries), plain), 'nothing but what the schema names').toEqual(plain)
  const { exitCode, status, traces, findings, rootCauses, error } = plain
  expect(status).toBe(exitCode === 0 ? 'healthy' : exitCode === 1 ? 'unhealthy' : 'incomplete')
  expect(error === undefined, 'what could not be judged says why').toBe(status !== 'incomplete')
  expect(findings.length > 0, 'a finding is what makes it unhealthy').toBe(exitCode === 1)
  const ids = findings.map((one) => one.id)
  expect(new Set(ids).size, 'each finding once').toBe(ids.length)
  const known = rootCauses.flatMap((one) => [one.finding, ...one.explains])
  expect(known.toSorted(), 'every finding is a root cause or under one').toEqual(ids.toSorted())
  for (const one of findings) expect(one.remedies.length, 'every finding has a repair').toBeGreaterThan(0)
  for (const { places, first } of traces) {
    const order = places.map((one) => placeKinds.indexOf(one.place))
    expect(order, 'places in the order of the way').toEqual(order.toSorted((a, b) => a - b))
    const wrong = places.findIndex((one) => one.finding !== undefined)
    expect(first ?? -1, 'the first place at which something is wrong').toBe(wrong)
    for (const place of places) {
      if (place.finding !== undefined) expect(rootCauses.map((one) => one.finding)).toContain(place.finding)
      if (place.state === 'unknown' || place.state === 'not-asked') expect(place.detail).toBeTruthy()
      if (place.same !== undefined) expect(['holds', 'incomplete']).toContain(place.state)
    }
  }
  return document
}

/** A document without what differs from run to run. */
export function comparableTrace({
  startedAt: _startedAt,
  durationMs: _durationMs,
  mode: _mode,
  tool: _tool,
  ...rest
}: TraceDocument): unknown {
  return rest
}
