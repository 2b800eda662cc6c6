import { watch } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { kubectl, nodesOf, type Fault } from '../../lab/fault.ts'
import { faults } from '../../lab/faults.ts'
import { upKind } from '../../lab/index.ts'
import { placeOf } from '../../lab/place.ts'
import { podPull } from '../../lab/pods.ts'
import { helloImage } from '../../lab/registry.ts'
import type { FixReport } from '../../src/model/fix-report.ts'
import { validateFix } from '../fix-contract.ts'
import { doctor, examine, startDoctor } from './doctor.ts'
import { causesIn, repaired, runningContainers, snapshot, withState } from './fixed.ts'
import { kubeconfigOf } from './kubeconfig.ts'
import { clusterName } from './kind-suite.ts'

const containerd = '2.1.4'
const cluster = clusterName(containerd)

const faultOf = (name: string): Fault => faults.find((one) => one.name === name)!

/** Makes a fault of the lab, and takes it back whatever comes of the test. */
async function withFault(name: string, work: () => Promise<void>): Promise<void> {
  const undo = await faultOf(name).make({ name: cluster, containerd })
  try {
    await work()
  } finally {
    await undo()
  }
}

const fixHere = (...words: string[]): string[] => ['fix', '--cluster', cluster, ...words]

/** Where journals lie below a state directory. */
const journalsIn = (env: NodeJS.ProcessEnv): string => join(env['XDG_STATE_HOME']!, 'registry-doctor', 'fixes')

/** Resolves when a journal has so many lines. */
async function linesOfJournal(folder: string, count: number, signal: AbortSignal): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const isThere = async (): Promise<boolean> => {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl'))
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8').catch(() => '')))
    return texts.some((text) => text.split('\n').length > count)
  }
  const changes = watch(folder, { signal })
  try {
    while (!(await isThere())) await once(changes, 'change', { signal })
  } finally {
    changes.close()
  }
}

/** The run after a killed one goes on with it, and pods pull. */
async function expectCompleted(env: NodeJS.ProcessEnv): Promise<void> {
  const { run, document } = await repaired(fixHere('--yes', '--allow', 'disruptive'), env)
  expect(run.exitCode, run.stdout).toBe(0)
  expect(document.notes.join()).toMatch(/goes on with run \S+, which was ended in the middle/)
  expect(await podPull(cluster, { node: 'worker' }, 'ok')).toEqual({ ok: true })
}

describe('fix', () => {
  beforeAll(() => upKind({ name: cluster, workers: 2, containerd }))

  test('changes nothing where nothing is wrong, and says so', async () => {
    await withState(async (env) => {
      const { run, document } = await repaired(fixHere('--yes'), env)
      expect(run.exitCode, run.stdout).toBe(0)
      expect(document.repairs).toEqual([])
      expect(document.id).toBeUndefined()
    })
  })

  test.each([{ words: ['--dry-run'] }, { words: [] }])('only shows what it would do, given $words', async ({ words }) => {
    await withFault('hosts-toml-missing', () =>
      withState(async (env) => {
        const there = await snapshot(cluster)
        const { run, document } = await repaired(fixHere(...words), env)
        expect(run.exitCode, run.stdout).toBe(1)
        expect(document).toMatchObject({
          dryRun: true,
          repairs: [
            {
              code: 'hosts-toml-missing',
              status: 'planned',
              steps: [{ diff: expect.stringContaining('+[host."http://kind-registry:5000"]') }],
            },
          ],
        })
        expect(await snapshot(cluster)).toEqual(there)
        expect(await readdir(journalsIn(env)).catch(() => [])).toEqual([])
      }),
    )
  })

  test('what is disruptive is not done unless it is allowed', async () => {
    await withFault('config-path-missing', () =>
      withState(async (env) => {
        const there = await snapshot(cluster)
        const { run, document } = await repaired(fixHere('--yes'), env)
        expect(run.exitCode, run.stdout).toBe(1)
        expect(document.repairs).toMatchObject([{ code: 'config-path-missing', status: 'not-allowed' }])
        expect(await snapshot(cluster)).toEqual(there)
      }),
    )
  })

  test('two at once: the second is told of the first, and nothing is done twice', async () => {
    await withFault('config-path-missing', () =>
      withState(async (env) => {
        const running = await runningContainers(cluster)
        const words = fixHere('--yes', '--allow', 'disruptive', '-o', 'json')
        const runs = await Promise.all([doctor(words, env), doctor(words, env)])
        const documents = runs.map((one) => JSON.parse(one.stdout) as FixReport)
        const did = documents.filter((one) => one.repairs.some(({ status }) => status === 'applied'))
        expect(did, JSON.stringify(documents)).toHaveLength(1)
        expect(did[0]!.exitCode).toBe(0)
        // It came while the first one worked, or after it.
        const other = documents.find((one) => one !== did[0])!
        expect([
          [3, 'busy'],
          [0, undefined],
        ]).toContainEqual([other.exitCode, other.error?.code])
        expect((await runningContainers(cluster)).filter((id) => running.includes(id))).toEqual(running)
      }),
    )
  })

  // A journal has a line for the run, then two for each step: what is intended, and that it is done.
  test.each([
    [2, 'fix'],
    [3, 'undo'],
    [5, 'fix'],
    [8, 'undo'],
    [11, 'fix'],
    [13, 'undo'],
  ] as const)('killed when its journal has %i lines: %s leaves nothing half done', async (lines, next) => {
    await withFault('config-path-missing', () =>
      withState(async (env) => {
        const [there, { report: before }] = await Promise.all([snapshot(cluster), examine('--cluster', cluster)])
        const running = await runningContainers(cluster)
        const all = new AbortController()
        const isThere = linesOfJournal(journalsIn(env), lines, all.signal)
        const killed = startDoctor(fixHere('--yes', '--allow', 'disruptive'), env)
        await isThere
        killed.kill('SIGKILL')
        expect((await killed.ended).exitCode).toBe(-1)
        all.abort()
        if (next === 'fix') await expectCompleted(env)
        // Also what the killed run and the one after it did together.
        const undone = await repaired(['fix', '--undo', '--cluster', cluster, '--yes'], env)
        expect(undone.run.exitCode, undone.run.stdout).toBe(0)
        expect(await snapshot(cluster)).toEqual(there)
        const { report } = await examine('--cluster', cluster)
        expect(causesIn(report)).toEqual(causesIn(before))
        expect((await runningContainers(cluster)).filter((id) => running.includes(id))).toEqual(running)
      }),
    )
  })

  test('ended by Ctrl-C: the step under way is finished, a document tells what was done, and that can be taken back', async () => {
    await withFault('config-path-missing', () =>
      withState(async (env) => {
        const there = await snapshot(cluster)
        const all = new AbortController()
        const isThere = linesOfJournal(journalsIn(env), 2, all.signal)
        const ended = startDoctor(fixHere('--yes', '--allow', 'disruptive', '-o', 'json'), env)
        await isThere
        ended.kill('SIGINT')
        const run = await ended.ended
        all.abort()
        expect(run.exitCode, run.stderr).toBe(130)
        const document = validateFix(JSON.parse(run.stdout) as FixReport)
        expect(document).toMatchObject({ exitCode: 130, error: { code: 'interrupted' }, repairs: [{ status: 'not-reached' }] })
        expect(document.repairs[0]!.steps.map((one) => one.status)).toContain('applied')
        const undone = await repaired(['fix', '--undo', document.id!, '--cluster', cluster, '--yes'], env)
        expect(undone.run.exitCode, undone.run.stdout).toBe(0)
        expect(await snapshot(cluster)).toEqual(there)
      }),
    )
  })

  test('what somebody has changed since is not taken back', async () => {
    await withFault('hosts-toml-missing', () =>
      withState(async (env) => {
        const { document } = await repaired(fixHere('--yes'), env)
        expect(document.exitCode).toBe(0)
        const [, , node] = (await nodesOf(cluster)).toSorted()
        const { onNodes } = await import('../../lab/fault.ts')
        await onNodes([node!], 'echo "# by hand" >> /etc/containerd/certs.d/localhost:5001/hosts.toml')
        const there = await snapshot(cluster)
        const undone = await repaired(['fix', '--undo', '--cluster', cluster, '--yes'], env)
        expect(undone.run.exitCode, undone.run.stdout).toBe(1)
        expect(undone.document.repairs).toMatchObject([{ status: 'failed', reason: expect.stringMatching(/has other content/) }])
        expect(await snapshot(cluster)).toEqual(there)
      }),
    )
  })

  test('a context of the same name that leads elsewhere is never asked: the ConfigMap is written through a node', async () => {
    const asked: string[] = []
    const elsewhere = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      response.writeHead(500).end()
    })
    elsewhere.listen(0, '127.0.0.1')
    await once(elsewhere, 'listening')
    const folder = await mkdtemp(join(tmpdir(), 'registry-doctor-e2e-'))
    const names = ['-n', 'kube-public', 'configmap', 'local-registry-hosting']
    const there = await kubectl(cluster, 'get', ...names, '-o=jsonpath={.data}')
    try {
      const config = JSON.parse(await kubeconfigOf(cluster)) as { clusters: { cluster: { server: string } }[] }
      config.clusters[0]!.cluster = { server: `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}` }
      const file = join(folder, 'config')
      await writeFile(file, JSON.stringify(config))
      await kubectl(cluster, 'delete', ...names)
      await withState(async (env) => {
        const { run, document } = await repaired(fixHere('--yes', '--kubeconfig', file), env)
        expect(document.repairs, run.stdout).toMatchObject([{ code: 'hosting-configmap-missing', status: 'applied' }])
        expect(run.exitCode).toBe(0)
        expect(await kubectl(cluster, 'get', ...names, '-o=jsonpath={.data}')).toContain('localhost:5001')
        expect(asked).toEqual([])
        await repaired(['fix', '--undo', '--cluster', cluster, '--yes', '--kubeconfig', file], env)
        await expect(kubectl(cluster, 'get', ...names)).rejects.toThrow(/not found/)
        await repaired(fixHere('--yes'), env)
      })
    } finally {
      elsewhere.close()
      await rm(folder, { recursive: true })
    }
    expect(JSON.parse(there)).toHaveProperty(['localRegistryHosting.v1'])
  })

  test('pods that only wait for their next try are made anew where an owner does that', async () => {
    const name = 'kicked'
    await withFault('hosts-toml-missing', async () => {
      const place = await placeOf(cluster)
      await kubectl(cluster, 'create', 'deployment', name, `--image=${helloImage}`, '--replicas=0')
      try {
        const patch = {
          spec: {
            replicas: 1,
            template: {
              spec: {
                nodeName: place.node('worker2'),
                terminationGracePeriodSeconds: 0,
                containers: [{ name: 'hello', imagePullPolicy: 'Always' }],
              },
            },
          },
        }
        await kubectl(cluster, 'patch', 'deployment', name, '-p', JSON.stringify(patch))
        await kubectl(
          cluster,
          'wait',
          '--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=ImagePullBackOff',
          'pod',
          '-l',
          `app=${name}`,
          '--timeout=60s',
        )
        await withState(async (env) => {
          const { run, document } = await repaired(fixHere('--yes', '--kick-pods'), env)
          expect(run.exitCode, run.stdout).toBe(0)
          expect(
            document.repairs.flatMap(({ steps }) => steps.map((one) => [one.step.op, one.status])),
            run.stdout,
          ).toEqual([
            ['file.put', 'applied'],
            ['pod.delete', 'applied'],
          ])
          await kubectl(cluster, 'rollout', 'status', `deployment/${name}`, '--timeout=30s')
        })
      } finally {
        await kubectl(cluster, 'delete', 'deployment', name, '--force', '--grace-period=0')
      }
    })
  })
})
