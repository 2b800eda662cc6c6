import { expect } from 'vitest'
import type { Failed } from '../../lab/failing-pods.ts'
import type { Report } from '../../src/model/report.ts'
import { examine } from './doctor.ts'

const patience = 90_000

/** Examines a cluster with failing pods. A pull that hangs counts as one after 30 seconds: until then it is looked at again. */
export async function examineFailing(cluster: string, pods: readonly Failed[]): ReturnType<typeof examine> {
  const end = Date.now() + patience
  for (;;) {
    const examined = await examine('--cluster', cluster)
    const seen = new Set(examined.report.symptoms.map((one) => one.pod))
    if (pods.every((pod) => seen.has(pod.name)) || !pods.some((pod) => pod.hangs) || Date.now() > end) return examined
  }
}

/** Every pod hangs on its cause, and no other pod on any. */
export function expectLinked(report: Report, pods: readonly { readonly name: string; readonly cause: string }[], shown: string): void {
  const linked = report.symptoms.filter((one) => one.rootCause !== null)
  const got = linked.map((one) => ({ pod: one.pod, cause: one.rootCause!.split(':')[0], state: one.state }))
  const wanted = pods.map(({ name, cause }) => ({ pod: name, cause, state: 'current' }))
  expect(byPod(got), shown).toEqual(byPod(wanted))
  for (const cause of report.rootCauses)
    expect([...cause.symptoms].toSorted(), cause.finding).toEqual(
      linked
        .filter((one) => one.rootCause === cause.finding)
        .map((one) => one.id)
        .toSorted(),
    )
}

/** After a repair a pod runs, or its kubelet has not tried again yet: then the image can be had. */
export function expectStale(report: Report, pods: readonly Failed[], shown: string): void {
  const left = report.symptoms.filter((one) => pods.some(({ name }) => name === one.pod))
  expect(
    left.filter((one) => one.state !== 'stale' || one.rootCause !== null),
    shown,
  ).toEqual([])
  for (const one of left) expect(one).toMatchObject({ explanation: expect.stringMatching(/can be had now/), command: expect.any(String) })
}

const byPod = <T extends { readonly pod: string }>(all: readonly T[]): T[] => all.toSorted((a, b) => (a.pod < b.pod ? -1 : 1))
