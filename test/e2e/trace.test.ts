import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { build, buildAndPush, buildForeign } from '../../lab/builds.ts'
import { withTempDir } from '../../lab/cache.ts'
import { dockerOutput, docker } from '../../lab/docker.ts'
import { kubectl, nodesOf, onNodes, removeHostsToml, restoreAll, run, undoAll, type Undo } from '../../lab/fault.ts'
import { upKind } from '../../lab/index.ts'
import { otherRegistryHost, startOtherRegistry } from '../../lab/other-registry.ts'
import { removePod } from '../../lab/pods.ts'
import { changeBlob, forgetRepository } from '../../lab/registry-content.ts'
import { connectRegistry, ensureHello, ensureRegistry, registryHost, registryName } from '../../lab/registry.ts'
import type { TraceDocument } from '../../src/model/trace.ts'
import { validateTrace } from '../trace-contract.ts'
import { doctor } from './doctor.ts'
import { takeInventory } from './inventory.ts'
import { clusterName } from './kind-suite.ts'

const cluster = clusterName('2.1.4')
/** Another one in each run: nodes hold what an earlier one pulled, and a registry remembers which layers it was sent. */
const repository = `lab/traced-${Date.now().toString(36)}`
const image = `${registryHost}/${repository}:1`

async function traceOf(...wanted: string[]): Promise<TraceDocument> {
  const told = await doctor(['trace', ...wanted, '--cluster', cluster, '-o', 'json'])
  const document = validateTrace(JSON.parse(told.stdout) as TraceDocument)
  expect(told.exitCode, told.stdout).toBe(document.exitCode)
  return document
}

interface Answer {
  readonly exitCode: number
  readonly codes: readonly string[]
  /** What is told as a consequence. */
  readonly explains: readonly string[]
  /** What is wrong, in words. */
  readonly told: string
  /** The place at which it is first another. */
  readonly first: string
  readonly document: TraceDocument
}

async function answerFor(wanted: string): Promise<Answer> {
  const document = await traceOf(wanted)
  const { traces, rootCauses, exitCode } = document
  const { places, first } = traces[0]!
  return {
    exitCode,
    codes: rootCauses.map((one) => one.code),
    told: document.findings.map((one) => one.message).join('\n'),
    explains: rootCauses.flatMap((one) => one.explains.map((id) => id.split(':')[0]!)),
    first: first === undefined ? '' : `${places[first]!.place} ${places[first]!.name}`,
    document,
  }
}

const broken = (code: string, first: string, explains: readonly string[] = []): object => ({ exitCode: 1, codes: [code], explains, first })
const healthy = { exitCode: 0, codes: [], first: '' }

/** The commands of the first remedy, pasted into a shell. */
async function paste({ document: { findings, rootCauses } }: Answer): Promise<void> {
  const { show, steps } = findings.find((one) => one.id === rootCauses[0]!.finding)!.remedies[0]!
  const sentences = steps.map((step) => (step.op === 'manual' && step.command === undefined ? step.text : undefined))
  await promisify(execFile)('bash', ['-ec', show.filter((line) => !sentences.includes(line)).join('\n')])
}

const onCluster = (...args: string[]): Promise<string> => kubectl(cluster, ...args)
const rolledOut = (): Promise<string> => onCluster('rollout', 'status', 'deploy/traced', '--timeout=90s')

/** One thing after another, taken back whatever comes of it. */
async function during(undo: Undo, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } finally {
    await undo()
  }
}

describe('trace on kind with containerd 2.1.4', () => {
  beforeAll(async () => {
    await upKind({ name: cluster, workers: 2, containerd: '2.1.4' })
    await onCluster('delete', 'deploy', 'traced', '--ignore-not-found', '--wait', '--cascade=foreground')
    await buildAndPush(image)
    await onCluster('create', 'deployment', 'traced', `--image=${image}`, '--replicas=2')
    await rolledOut()
  })
  afterAll(async () => {
    await onCluster('delete', 'deploy', 'traced', '--ignore-not-found')
    await docker(['rmi', '-f', image])
    await forgetRepository(repository)
    // Each build is an image of its own: forgetting it takes no other name with it.
    const held = `ctr -n k8s.io images ls -q 'name~="^${registryHost}/${repository}"'`
    await onNodes(await nodesOf(cluster), `for one in $(${held}); do crictl rmi "$one" > /dev/null 2>&1 || true; done`)
  })

  test('healthy: exit 0, every place has the same, and nothing is written anywhere', async () => {
    const [before, changed] = await Promise.all([takeInventory(cluster), changes()])
    const answer = await answerFor(image)
    expect(answer, answer.told).toMatchObject(healthy)
    const { places } = answer.document.traces[0]!
    expect(places.filter((one) => one.place === 'pod').map((one) => one.same)).toEqual([true, true])
    expect(places.filter((one) => one.place === 'registry-from-node')).toHaveLength(3)
    expect(new Set(places.flatMap((one) => one.same ?? []))).toEqual(new Set([true]))
    expect(await takeInventory(cluster)).toEqual(before)
    expect(await changes()).toEqual(changed)
  })

  test('--pod NAME: its image on its node', async () => {
    const name = (await onCluster('get', 'pods', '-l', 'app=traced', '-o=jsonpath={.items[0].metadata.name}')).trim()
    const document = await traceOf('--pod', name)
    expect(document).toMatchObject({ exitCode: 0, pod: { name, cluster } })
    expect(document.traces[0]!.places.filter((one) => one.place === 'pod').map((one) => one.name)).toEqual([`default/${name}`])
  })

  test('built and not pushed; pushed as shown: healthy', async () => {
    const built = `${registryHost}/${repository}-built:1`
    await build(built)
    await during(undoBuild(built, `${repository}-built`), async () => {
      const answer = await answerFor(built)
      expect(answer, answer.told).toMatchObject(broken('image-not-pushed', `registry-from-engine ${registryName}`))
      await paste(answer)
      expect(await answerFor(built)).toMatchObject(healthy)
    })
  })

  test('pushed to another registry: which one', async () => {
    const stop = await startOtherRegistry()
    const [wanted, other] = [`${registryHost}/${repository}-other:1`, `${otherRegistryHost}/${repository}-other:1`]
    await during(undoAll(stop, undoBuild(other, `${repository}-other`), undoBuild(wanted)), async () => {
      await buildAndPush(other)
      const answer = await answerFor(wanted)
      expect(answer, answer.told).toMatchObject(broken('image-not-pushed', `registry-from-engine ${registryName}`))
      expect(answer.document.findings[0]!.message).toContain(`it was pushed to ${otherRegistryHost}, the container other-registry`)
      await paste(answer)
      expect(await answerFor(wanted)).toMatchObject(healthy)
    })
  })

  test('a node without its hosts.toml, which does not get what the others get', async () => {
    const undo = await removeHostsToml({ name: cluster, workers: 2 }, `${cluster}-worker2`)
    await during(undo, async () =>
      expect(await answerFor(image)).toMatchObject(broken('hosts-toml-missing', `registry-from-node ${cluster}-worker2`)),
    )
  })

  test('a part that was emptied in the registry', async () => {
    const emptied = `${registryHost}/${repository}-broken:1`
    await buildAndPush(emptied)
    // The configuration is its own; its layer is that of other images.
    const { config } = JSON.parse(await manifestOf(`${repository}-broken`)) as { config: { digest: string } }
    await changeBlob(config.digest, ': > "$1"')
    const undo = undoAll(undoBuild(emptied, `${repository}-broken`), () => changeBlob(config.digest, 'rm -f "$1"'))
    await during(undo, async () =>
      expect(await answerFor(emptied)).toMatchObject(broken('registry-content-incomplete', `registry-from-host ${registryName}`)),
    )
  })

  test('an image without an index, made for another machine: its containers end', async () => {
    const foreign = `${registryHost}/${repository}-foreign:1`
    await withTempDir('foreign', async (folder) => {
      await writeFile(join(folder, 'x'), 'no program of this machine', { mode: 0o755 })
      await writeFile(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY x /x\nENTRYPOINT ["/x"]\n')
      await buildForeign(foreign, folder)
    })
    await run('push', '-q', foreign)
    await onCluster('run', 'traced-foreign', `--image=${foreign}`)
    const undo = undoAll(undoBuild(foreign, `${repository}-foreign`), () => removePod(cluster, 'traced-foreign'))
    await during(undo, async () => {
      await onCluster(
        'wait',
        'pod/traced-foreign',
        '--for=jsonpath={.status.containerStatuses[0].lastState.terminated.reason}',
        '--timeout=90s',
      )
      expect(await answerFor(foreign)).toMatchObject(broken('image-platform-mismatch', 'pod default/traced-foreign'))
    })
  })

  test('built again since it was pushed, then pushed: pods keep the build before; as shown, they get the new one', async () => {
    await build(image)
    const unpushed = await answerFor(image)
    expect(unpushed, unpushed.told).toMatchObject(broken('image-not-pushed', 'engine Docker engine'))
    await paste(unpushed)

    const stale = await answerFor(image)
    expect(stale, stale.told).toMatchObject(broken('image-stale-on-node', `node-store ${cluster}-worker`))
    const pods = stale.document.traces[0]!.places.filter((one) => one.place === 'pod')
    expect(pods.map((one) => [one.same, one.pullPolicy, one.owner])).toEqual(
      Array.from({ length: 2 }, () => [false, 'IfNotPresent', 'deploy/traced']),
    )

    await onCluster('rollout', 'restart', 'deploy/traced')
    await rolledOut()
    const restarted = await answerFor(image)
    expect(restarted, 'a restart alone does not help').toMatchObject({ exitCode: 1, codes: ['image-stale-on-node'] })
    await paste(restarted)
    await rolledOut()
    expect(await answerFor(image)).toMatchObject(healthy)
  })

  test('a registry that was made anew and is empty', async () => {
    await run('rm', '-f', '-v', registryName)
    await ensureRegistry('auto')
    await connectRegistry()
    await during(
      undoAll(() => ensureHello(), restoreAll({ name: cluster })),
      async () => {
        expect(await answerFor(image)).toMatchObject(
          broken('registry-emptied', `registry-from-engine ${registryName}`, ['image-not-pushed']),
        )
        await run('push', '-q', image)
        expect(await answerFor(image)).toMatchObject(healthy)
      },
    )
  })
})

const undoBuild =
  (ref: string, forget?: string): Undo =>
  async () => {
    await docker(['rmi', '-f', ref])
    if (forget !== undefined) await forgetRepository(forget)
  }

const manifestOf = async (wanted: string): Promise<string> =>
  (
    await fetch(`http://127.0.0.1:5001/v2/${wanted}/manifests/1`, {
      headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json' },
    })
  ).text()

/** What the file systems of the nodes differ in from their image, without logs and state, which change by themselves. */
async function changes(): Promise<string[]> {
  const nodes = ['control-plane', 'worker', 'worker2'].map((one) => `${cluster}-${one}`)
  const all = await Promise.all(nodes.map((node) => dockerOutput(['diff', node])))
  return all.flatMap((diff) => diff.split('\n').filter((line) => !/ \/(?:var|run|tmp)\b/.test(line))).toSorted()
}
