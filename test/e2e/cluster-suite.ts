import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { withTempDir } from '../../lab/cache.ts'
import type { Fault, Pull } from '../../lab/fault.ts'
import { k3dNodes, kindNodes } from '../../lab/docker.ts'
import { makeFail, removeAll, type Failed } from '../../lab/failing-pods.ts'
import { waitReady } from '../../lab/nodes.ts'
import { placeOf } from '../../lab/place.ts'
import { podPull } from '../../lab/pods.ts'
import { ensureHello, registryHas } from '../../lab/registry.ts'
import type { SetUp } from '../../lab/set-up.ts'
import { isDoable, type Risk } from '../../src/model/finding.ts'
import type { Report } from '../../src/model/report.ts'
import { validateReport } from '../report-contract.ts'
import { parseXml } from '../reporters/xml.ts'
import { examine, predictedText } from './doctor.ts'
import { examineFailing, expectLinked, expectStale } from './failing-pods.ts'
import { repairAndUndo } from './fixed.ts'
import { probe, told } from './probed.ts'

/** What a fault means on this containerd. */
const expectedOn = (fault: Fault, containerd: string): Fault =>
  fault.harmlessOn?.test(containerd)
    ? { ...fault, causes: [], explains: [], exitCode: 0, pods: [] }
    : { ...fault, explains: [...fault.explains, ...(fault.explainsOn?.(containerd) ?? [])] }

/** What of the lab a suite makes. */
export interface Wanted {
  readonly faults: readonly Fault[]
  readonly setUps: readonly SetUp[]
}

/** The cluster of a suite. */
export interface SuiteCluster {
  readonly name: string
  readonly provider: 'kind' | 'k3d'
  readonly containerd: string
  /** The node on which an unusual set-up has to work, where it names none. */
  readonly usualNode: Pull['node']
  /** Makes it, healthy. */
  up(): Promise<void>
}

/** A healthy cluster, then one fault or unusual set-up at a time, each taken back. */
export function clusterSuite({ name, provider, containerd, usualNode, up }: SuiteCluster, wanted: Wanted): void {
  const cluster = { name, containerd }
  const made = wanted.faults.map((one) => expectedOn(one, containerd))
  const working = wanted.setUps.filter((one) => !one.brokenOn?.test(containerd))

  describe(`${provider} with containerd ${containerd}`, () => {
    beforeAll(up)

    test('healthy: exit 0, no finding, all formats valid', async () => {
      const { run, report, junit } = await examine('--cluster', name)
      expectValid(report, junit)
      expect(report.findings).toEqual([])
      const others = report.checks.filter(({ id }) => provider === 'k3d' || id !== 'node/registries-yaml')
      expect(others.flatMap((one) => one.results).filter((one) => one.status !== 'pass')).toEqual([])
      expect(report).toMatchObject({ status: 'healthy', exitCode: 0 })
      // The lab's coredns cannot be pulled here: that is no matter of the local registry.
      expect(report.symptoms.filter((one) => one.rootCause !== null || one.registry !== null)).toEqual([])
      // A published node image may ship another patch version of the same minor.
      const minor = `containerd://${containerd.replace(/\.\d+(?:-k3s\d+)?$/, '.')}`
      for (const node of report.clusters[0]!.nodes) expect(node.containerRuntime).toContain(minor)
      expect(run.exitCode).toBe(0)
      expect(run.stdout).toMatch(/^healthy/m)
    })

    for (const fault of made) {
      test(`fault ${fault.name}: ${titleOf(fault)}`, async () => {
        const place = await placeOf(name)
        const undo = await fault.make(cluster)
        const harmless = fault.causes.length === 0
        let pods: readonly Failed[] = []
        try {
          if (harmless && fault.pull) await expectWorks(name, fault.pull)
          pods = harmless ? [] : await makeFail(name, fault)
          await expectPredicted(name, fault, pods)
          const { run, report, junit } = await examineFailing(name, pods)
          expectValid(report, junit)
          expect(causesOf(report), run.stdout).toEqual(
            fault.causes.map(({ code, node }) => ({ code, ...(node && { node: place.node(node) }) })),
          )
          expect([...new Set(explainedBy(report))].sort(), 'what it explains').toEqual([...fault.explains].sort())
          expectLinked(report, [...pods, ...(harmless ? [] : (fault.ownPods ?? []))], run.stdout)
          expect(report.exitCode).toBe(fault.exitCode)
          expect(run.exitCode).toBe(fault.exitCode)
          if (fault.probe && !harmless) await expectProbed(name, fault, report)
          if (fault.repairable && !fault.byHand && !harmless) await repairAndUndo(name, report, { ...fault, allow: riskOf(report) })
          // What is shown says the same as what is done; everything is pasted where everything is tested.
          if (fault.repairable && !harmless && (fault.byHand || everything)) await repairAsShown(report, name, fault.pull, pods)
        } finally {
          await removeAll(name, pods)
          await undo()
        }
      })
    }

    for (const setUp of working) {
      test(`set-up that works, ${setUp.name}: pods pull, exit 0, no finding`, async () => {
        const undo = await setUp.make(cluster)
        try {
          const pulls = setUp.pulls ?? [{ node: usualNode }]
          const [{ run, report, junit }] = await Promise.all([examine('--cluster', name), ...pulls.map((pull) => expectWorks(name, pull))])
          expectValid(report, junit)
          expect(report.findings, run.stdout).toEqual([])
          expect(run.exitCode, run.stdout).toBe(0)
        } finally {
          await undo()
        }
      })
    }

    test('healthy again after everything was taken back', async () => {
      const { report } = await examine('--cluster', name)
      expect(report.findings).toEqual([])
      expect(report.exitCode).toBe(0)
    })
  })
}

const titleOf = ({ exitCode, causes, pull, probe: leg, repairable, byHand }: Fault): string =>
  [
    `exit ${exitCode}, root cause ${causes.map((one) => one.code).join(' and ') || 'none'}`,
    ...(pull && causes.length > 0 ? ['the error of a pod as predicted'] : []),
    ...(leg && causes.length > 0 ? [`a probe: ${leg}`] : []),
    ...(repairable && causes.length > 0 ? [byHand ? 'repaired as shown' : 'repaired by fix and taken back'] : []),
  ].join(', ')

const everything = process.env['E2E'] === 'all'

/** The risk of what `fix` has to do. */
function riskOf({ rootCauses, findings }: Report): Risk {
  const risks = rootCauses.map(({ finding }) => findings.find((one) => one.id === finding)!.remedies.find(isDoable)?.risk ?? 'safe')
  return risks.includes('destructive') ? 'destructive' : risks.includes('disruptive') ? 'disruptive' : 'safe'
}

/** A pod gets its image. */
async function expectWorks(cluster: string, pull: Pull): Promise<void> {
  if (pull.image === undefined) await pushAgain(cluster)
  expect(await podPull(cluster, pull, 'ok')).toEqual({ ok: true })
}

/** The commands that create a registry again leave the pushing to the reader. */
async function pushAgain(cluster: string): Promise<void> {
  const { registry } = await placeOf(cluster)
  if (!(await registryHas('lab/hello', '1', registry.port))) await ensureHello(registry)
}

/** The kubelet writes what the tool says that it will. */
async function expectPredicted(cluster: string, { pull }: Fault, pods: readonly Failed[]): Promise<void> {
  const place = await placeOf(cluster)
  const image = pull?.image ?? place.hello
  const failed = pods.find((one) => one.node === pull?.node && one.image === image && !one.hangs && !one.pullSecret)
  if (!failed) return
  const predicted = await predictedText(cluster, place.node(failed.node), image)
  expect(withoutMoment(failed.message)).toBe(withoutMoment(predicted))
}

/** A probe comes to the leg that the fault has broken, on the nodes that have it, and to no other cause. */
async function expectProbed(cluster: string, { probe: leg, causes }: Fault, before: Report): Promise<void> {
  const place = await placeOf(cluster)
  const { run, report, push, nodes } = await probe(cluster)
  expect(causesOf(report), run.stdout).toEqual(causesOf(before))
  expect(run.exitCode, run.stdout).toBe(before.exitCode)
  const isMeant = (name: string): boolean => causes.some(({ node }) => node === undefined || place.node(node) === name)
  const ofNode = (name: string): string => (isMeant(name) ? `${name} fail ${leg}` : `${name} pass`)
  const isPushed = leg !== 'push' && leg !== 'refused'
  expect(told([...push, ...nodes]), run.stdout).toEqual([
    `${place.registry.container} ${isPushed ? 'pass' : leg === 'push' ? 'blocked push' : 'skip'}`,
    ...nodes.map(({ subject: { name } }) => (isPushed ? ofNode(name) : `${name} ${leg === 'push' ? 'blocked' : 'skip'}`)),
  ])
}

/** Without what is another at each try: the own port of a connection, the time of day. */
const withoutMoment = (text: string | undefined): string | undefined =>
  text?.replaceAll(/:\d+->/g, ':PORT->').replace(/current time \S+ is/, 'current time TIME is')

/** Pastes the commands of each root cause into a shell, as a reader would. */
async function repairAsShown(report: Report, cluster: string, pull: Pull | undefined, pods: readonly Failed[]): Promise<void> {
  for (const { finding } of report.rootCauses) {
    const { show, steps } = report.findings.find((one) => one.id === finding)!.remedies[0]!
    const sentences = steps.map((step) => (step.op === 'manual' && step.command === undefined ? step.text : undefined))
    const commands = show.filter((line) => !sentences.includes(line))
    // Some save a file where they are pasted.
    await withTempDir('pasted', (cwd) => promisify(execFile)('bash', ['-ec', commands.join('\n')], { cwd }))
  }
  // A node that was just started is not ready at once; a reader looks again when it is.
  const { provider } = await placeOf(cluster)
  if (report.rootCauses.some((one) => one.code === 'node-not-running' || one.code === 'registries-yaml-invalid'))
    await waitReady(await (provider === 'k3d' ? k3dNodes : kindNodes)(cluster), 120_000, '/dev/null')
  if (pull?.image === undefined) await pushAgain(cluster)
  const [{ run, report: after }] = await Promise.all([examine('--cluster', cluster), pull && expectWorks(cluster, pull)])
  expect(after.findings, run.stdout).toEqual([])
  expectStale(after, pods, run.stdout)
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
