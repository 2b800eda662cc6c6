import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { docker, dockerOutput } from '../../lab/docker.ts'
import { placeOf } from '../../lab/place.ts'
import type { Risk } from '../../src/model/finding.ts'
import type { FixReport } from '../../src/model/fix-report.ts'
import type { Report } from '../../src/model/report.ts'
import { validateFix } from '../fix-contract.ts'
import { doctor, examine, type DoctorRun } from './doctor.ts'
import { nodeNames } from './inventory.ts'

/** A state directory of its own, so that what one test did is no matter of another's. */
export async function withState<T>(work: (env: NodeJS.ProcessEnv) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'registry-doctor-state-'))
  try {
    return await work({ XDG_STATE_HOME: folder })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Runs `fix` or `setup` and reads its document. */
export async function repaired(words: readonly string[], env: NodeJS.ProcessEnv): Promise<{ run: DoctorRun; document: FixReport }> {
  const run = await doctor([...words, '-o', 'json'], env)
  if (run.stdout === '') throw new Error(`no document was written (exit ${run.exitCode}): ${run.stderr}`)
  const document = JSON.parse(run.stdout) as FixReport
  validateFix(document)
  expect(run.exitCode).toBe(document.exitCode)
  return { run, document }
}

/** Where what leads a node to a registry can lie; of a k3d node what k3s reads and writes. */
const places = [
  '/etc/containerd',
  '/etc/resolv.conf',
  '/etc/systemd/system/containerd.service.d',
  '/etc/rancher',
  '/var/lib/rancher/k3s/agent/etc/containerd',
]

/** All that a repair may change of a cluster's nodes and its registry, in words that can be compared. */
export async function snapshot(cluster: string): Promise<string[]> {
  const [names, { registry }] = await Promise.all([nodeNames(cluster), placeOf(cluster)])
  const script = `for one in ${places.join(' ')}; do [ -e "$one" ] && find "$one" -exec sh -c 'for f; do if [ -f "$f" ]; then echo "$f $(sha256sum < "$f") $(stat -c "%a %u %g" "$f")"; else echo "$f"; fi; done' sh {} +; done; true`
  const nodes = await Promise.all(
    names.map(async (node) => {
      const { code, stdout } = await docker(['exec', node, 'sh', '-c', script])
      const state = await dockerOutput(['inspect', '-f', '{{.State.Status}}', node])
      return [
        `${node} ${state.trim()}`,
        ...(code === 0
          ? stdout
              .split('\n')
              .toSorted()
              .map((line) => `${node} ${line}`)
          : []),
      ]
    }),
  )
  const format = '{{.State.Status}} {{json .HostConfig.PortBindings}} {{range $name, $one := .NetworkSettings.Networks}}{{$name}} {{end}}'
  const { stdout } = await docker(['inspect', '-f', format, registry.container])
  return [...nodes.flat(), `${registry.container} ${stdout.trim()}`]
}

/** Ids of the containers that run on the nodes. */
export async function runningContainers(cluster: string): Promise<string[]> {
  const ids = await Promise.all(
    (await nodeNames(cluster)).map(async (node) => (await docker(['exec', node, 'crictl', 'ps', '-q'])).stdout.split('\n')),
  )
  return ids.flat().filter(Boolean).toSorted()
}

export const causesIn = ({ rootCauses }: Report): string[] => rootCauses.map((one) => one.finding).toSorted()

export interface FixExpectations {
  /** The highest risk that it needs. */
  readonly allow: Risk
  /** The registry that was made again holds nothing, and what pods want of it is missing: by what then is found. */
  readonly leaves?: readonly string[]
  /** What was found hangs on pods that wait, and these run by now. */
  readonly foundByPods?: boolean
}

/**
 * Repairs a cluster by `fix`, with proof, and takes it back: all is healthy, what ran before runs on; then all files are as they
 * were, and what was found is found again.
 */
export async function repairAndUndo(
  cluster: string,
  before: Report,
  { allow, leaves = [], foundByPods = false }: FixExpectations,
): Promise<void> {
  await withState(async (env) => {
    const [there, running] = await Promise.all([snapshot(cluster), runningContainers(cluster)])
    const { run, document } = await repaired(['fix', '--cluster', cluster, '--yes', '--allow', allow, '--probe'], env)
    const shown = run.stdout + run.stderr
    const own = document.repairs.filter(({ code }) => !leaves.includes(code ?? ''))
    expect(
      own.map((one) => [one.title, one.status, one.reason]),
      shown,
    ).toEqual(own.map((one) => [one.title, 'applied', undefined]))
    expect(
      document.after?.rootCauses.map((one) => one.code),
      shown,
    ).toEqual(leaves)
    expect(run.exitCode, shown).toBe(leaves.length > 0 ? 1 : 0)
    if (allow !== 'destructive') expect((await runningContainers(cluster)).filter((id) => running.includes(id))).toEqual(running)
    const undone = await repaired(['fix', '--undo', document.id!, '--cluster', cluster, '--yes'], env)
    // The lab's registry refuses to delete, as most do.
    const isKept = document.repairs.some(({ steps }) => steps.some(({ step }) => step.op === 'image.push'))
    expect(undone.run.exitCode, undone.run.stdout).toBe(isKept ? 1 : 0)
    expect(await snapshot(cluster)).toEqual(there)
    if (foundByPods) return
    const { run: again, report } = await examine('--cluster', cluster)
    expect(causesIn(report), again.stdout).toEqual(causesIn(before))
  })
}
