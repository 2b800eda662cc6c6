import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Fault } from '../../lab/fault.ts'
import { kindNodes } from '../../lab/docker.ts'
import { waitReady } from '../../lab/nodes.ts'
import { faults } from '../../lab/faults.ts'
import { upKind } from '../../lab/index.ts'
import type { Report } from '../../src/model/report.ts'
import { validateReport } from '../report-contract.ts'
import { parseXml } from '../reporters/xml.ts'
import { examine } from './doctor.ts'

/** Name of the cluster of a containerd version; one per version, so that they do not get in each other's way. */
export const clusterName = (containerd: string): string => `e2e-${containerd.replaceAll('.', '-')}`

/** What a fault means on this containerd: since 2.2 a missing config_path is none. */
const expectedOn = (fault: Fault, containerd: string): Fault =>
  fault.name === 'config-path-missing' && !/^(?:1\.|2\.[01]\.)/.test(containerd)
    ? { ...fault, causes: [], explains: [], exitCode: 0 }
    : fault

/** A healthy three-node cluster, then one fault at a time, each taken back. */
export function kindSuite(containerd: string, wanted: readonly Fault[] = faults): void {
  const name = clusterName(containerd)
  const cluster = { name, workers: 2, containerd }

  describe(`kind with containerd ${containerd}`, () => {
    beforeAll(() => upKind(cluster))

    test('healthy: exit 0, no finding, all formats valid', async () => {
      const { run, report, junit } = await examine('--cluster', name)
      expectValid(report, junit)
      expect(report.findings).toEqual([])
      expect(report.checks.flatMap((one) => one.results).filter((one) => one.status !== 'pass')).toEqual([])
      expect(report).toMatchObject({ status: 'healthy', exitCode: 0 })
      // A published node image may ship another patch version of the same minor.
      const minor = `containerd://${containerd.replace(/\.\d+$/, '.')}`
      for (const node of report.clusters[0]!.nodes) expect(node.containerRuntime).toContain(minor)
      expect(run.exitCode).toBe(0)
      expect(run.stdout).toMatch(/^healthy/m)
    })

    describe.each(wanted.map((one) => expectedOn(one, containerd)))('fault: $name', (fault) => {
      test(`exit ${fault.exitCode}, root cause ${fault.causes.map((one) => one.code).join(' and ') || 'none'}${fault.repairable ? ', repaired as shown' : ''}`, async () => {
        const undo = await fault.make(cluster)
        try {
          const { run, report, junit } = await examine('--cluster', name)
          expectValid(report, junit)
          expect(causesOf(report), run.stdout).toEqual(
            fault.causes.map(({ code, node }) => ({ code, ...(node && { node: `${name}-${node}` }) })),
          )
          expect([...new Set(explainedBy(report))].sort(), 'what it explains').toEqual([...fault.explains].sort())
          expect(report.exitCode).toBe(fault.exitCode)
          expect(run.exitCode).toBe(fault.exitCode)
          if (fault.repairable && fault.causes.length > 0) await repairAsShown(report, name)
        } finally {
          await undo()
        }
      })
    })

    test('healthy again after every fault was taken back', async () => {
      const { report } = await examine('--cluster', name)
      expect(report.findings).toEqual([])
      expect(report.exitCode).toBe(0)
    })
  })
}

/** Pastes the commands of each root cause into a shell, as a reader would. */
async function repairAsShown(report: Report, cluster: string): Promise<void> {
  for (const { finding } of report.rootCauses) {
    const commands = report.findings.find((one) => one.id === finding)!.remedies[0]!.show
    await promisify(execFile)('bash', ['-ec', commands.join('\n')])
  }
  // A node that was just started is not ready at once; a reader looks again when it is.
  if (report.rootCauses.some((one) => one.code === 'node-not-running')) await waitReady(await kindNodes(cluster), 120_000, '/dev/null')
  const { run, report: after } = await examine('--cluster', cluster)
  expect(after.findings, run.stdout).toEqual([])
  expect(after.exitCode, run.stdout).toBe(0)
}

function expectValid(report: Report, junit: string): void {
  validateReport(report)
  parseXml(junit)
}

const causesOf = (report: Report): { code: string; node?: string }[] =>
  report.rootCauses.map(({ code, finding }) => {
    const { subject } = report.findings.find((one) => one.id === finding)!
    return { code, ...(subject.kind === 'node' && { node: subject.name }) }
  })

const explainedBy = (report: Report): string[] => report.rootCauses.flatMap((one) => one.explains.map((id) => id.split(':')[0]!))
