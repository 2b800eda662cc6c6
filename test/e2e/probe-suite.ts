import { describe, expect, test } from 'vitest'
import type { Report } from '../../src/model/report.ts'
import { validateReport } from '../report-contract.ts'
import { startDoctor } from './doctor.ts'
import { expectNoPods, expectSameImages, podsOfProbes } from './inventory.ts'
import { podOfProbe, runOnAll } from './probe-hands.ts'
import { outcome, probe, probeOf } from './probed.ts'

/** What a probe may take of a user's time; where the machine is busy, so many times what a pod on every node takes by itself. */
const limitMs = 10_000
const mostPods = 4

async function msOf(work: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

/** A cluster whose nodes are all led to its registry. */
export interface ProbedCluster {
  readonly cluster: string
  /** How many nodes it has. */
  readonly size: number
  /** The registry hosts by which its pods may pull. */
  readonly hosts: readonly string[]
}

/** What a probe tells of a healthy cluster. */
export function healthy({ cluster, size, hosts }: ProbedCluster): void {
  test(`a healthy cluster, ${cluster}: every node pulls by every registry host and runs it, in little time`, async () => {
    let [took, mayTake] = [Infinity, 0]
    // What is too slow by itself is so each time.
    for (let tries = 0; tries < 3 && took > mayTake; tries++) {
      mayTake = Math.max(limitMs, mostPods * (await msOf(() => runOnAll(cluster))))
      const started = performance.now()
      const { run, report, push, nodes } = await probe(cluster)
      took = performance.now() - started
      expect(run.exitCode, run.stdout).toBe(0)
      expect(report.findings).toEqual([])
      expect(outcome(push)).toBe('pass')
      expect(outcome(nodes)).toBe('pass')
      expect(nodes).toHaveLength(size)
      const way = ['push', 'unpack', 'start'].flatMap((hop) => hosts.map((registryHost) => ({ registryHost, hop })))
      for (const { subject, hops = [], timings = {} } of nodes) {
        expect(hops, subject.name).toHaveLength(way.length)
        for (const leg of way) expect(hops, subject.name).toContainEqual({ ...leg, status: 'pass', ms: expect.any(Number) })
        expect(Object.keys(timings)).toHaveLength(way.length)
      }
      await expectSameImages(cluster)
    }
    expect(took, 'milliseconds of a probe').toBeLessThanOrEqual(mayTake)
  })
}

/** However probes are ended, and by whom, they leave nothing. */
export function endings(cluster: string): void {
  describe('probes that are not alone, or not let alone', () => {
    test('two at once', async () => {
      const both = await Promise.all([probe(cluster), probe(cluster)])
      const shown = both.map((one) => one.run.stdout).join('\n')
      expect(
        both.map((one) => one.run.exitCode),
        shown,
      ).toEqual([0, 0])
      await expectSameImages(cluster)
    })

    test('killed as soon as a pod of it is there: the next run takes away what it left', async () => {
      await expectNoPods(cluster)
      const [isThere, killed] = [podOfProbe(cluster), startDoctor(['--cluster', cluster, '--probe'])]
      await isThere
      killed.kill('SIGKILL')
      expect((await killed.ended).exitCode).toBe(-1)
      expect(await podsOfProbes(cluster)).not.toEqual([])
      const { run } = await probe(cluster)
      expect(run.exitCode, run.stdout).toBe(0)
      expect(await podsOfProbes(cluster)).toEqual([])
      await expectSameImages(cluster)
    })

    test.each([
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const)('%s as soon as a pod of it is there: exit %i, a report, and nothing is left', async (signal, exitCode) => {
      await expectNoPods(cluster)
      const [isThere, ended] = [podOfProbe(cluster), startDoctor(['--cluster', cluster, '--probe', '-o', 'json'])]
      await isThere
      ended.kill(signal)
      const run = await ended.ended
      expect(run.exitCode, run.stderr).toBe(exitCode)
      const report = JSON.parse(run.stdout) as Report
      validateReport(report)
      expect(report).toMatchObject({ exitCode, status: 'incomplete', error: { code: 'interrupted' } })
      expect(await podsOfProbes(cluster)).toEqual([])
      await expectSameImages(cluster)
    })

    test('where 127.0.0.1 is another, as in a devcontainer: the engine pushes, and the API is asked on a node', async () => {
      const run = await startDoctor(['--cluster', cluster, '--probe', '-o', 'json'], {}, ['unshare', '--map-root-user', '--net']).ended
      expect(run.exitCode, run.stdout || run.stderr).toBe(0)
      const report = JSON.parse(run.stdout) as Report
      validateReport(report)
      const { push, nodes } = probeOf(report)
      expect([outcome(push), outcome(nodes)]).toEqual(['pass', 'pass'])
      await expectSameImages(cluster)
    })
  })
}
