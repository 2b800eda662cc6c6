import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseBundle } from '../src/bundle/bundle.ts'
import { checks } from '../src/checks/index.ts'
import { examine } from '../src/engine/examine.ts'
import { replaySession } from '../src/engine/session.ts'
import type { Report } from '../src/model/report.ts'
import { podName, podsOf } from '../lab/failing-pods.ts'
import { incidents } from '../lab/incidents.ts'
import { comparable, validateReport } from './report-contract.ts'

const folder = new URL('../incidents/', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, folder), 'utf8')
const names = readdirSync(folder).sort()

const replay = (name: string): Promise<Report> => {
  const bundle = parseBundle(read(`${name}/bundle.json`))
  return examine(replaySession(bundle.observations).look, {
    selection: bundle.selection,
    checks,
    failOn: 'error',
    mode: 'bundle',
    recordedChecks: bundle.checks,
  })
}

test('there is an incident for everything that the lab records', () => {
  expect(names).toEqual(incidents.map((one) => one.name).sort())
})

describe.each(names)('incident %s', (name) => {
  const live = JSON.parse(read(`${name}/report.json`)) as Report

  test('its replay equals the live report but for mode, startedAt and durations', async () => {
    const report = await replay(name)
    // A check that was added since has nothing to say of it.
    const known = report.checks.filter(({ results }) => results.some((one) => one.reason !== 'not in this bundle'))
    expect(comparable({ ...report, checks: known })).toEqual(comparable(live))
  })

  test('its reports are valid', async () => {
    validateReport(live)
    validateReport(await replay(name))
  })

  test('it names its root causes and no other', async () => {
    const report = await replay(name)
    const { fault, cluster } = incidents.find((one) => one.name === name)!
    expect(report.rootCauses.map((one) => one.code).sort()).toEqual(fault.causes.map((one) => one.code).sort())
    expect(report.exitCode).toBe(fault.exitCode)
    const explained = report.rootCauses.flatMap((one) => one.explains.map((id) => id.split(':')[0]!))
    expect([...new Set(explained)].sort()).toEqual([...fault.explains, ...(fault.explainsOn?.(cluster.containerd!) ?? [])].sort())
  })

  test('every pod that failed by it hangs on its cause, and no other', async () => {
    const { symptoms } = await replay(name)
    const { fault } = incidents.find((one) => one.name === name)!
    const linked = symptoms
      .filter((one) => one.rootCause !== null)
      .map((one) => `${one.pod}: ${one.rootCause!.split(':')[0]}, ${one.state}`)
    const failing = podsOf(fault).map((pod, index) => `${podName(fault, index)}: ${pod.cause}, current`)
    failing.push(...(fault.ownPods ?? []).map((pod) => `${pod.name}: ${pod.cause}, current`))
    expect(linked.sort()).toEqual(failing.sort())
  })
})
