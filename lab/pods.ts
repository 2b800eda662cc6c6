/** Pods that pull from the registry, and what came of it. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { docker } from './docker.ts'
import { kubectl, onNodes, type FailingPod, type Pull } from './fault.ts'
import { ensureKubectl } from './kubectl.ts'
import { nodeKubectl } from './nodes.ts'
import { placeOf } from './place.ts'
import { helloImage } from './registry.ts'

/** A pod that waits for its image: that is how a cluster without any set-up is known to want a registry. */
export async function waitingPod(cluster: string, name: string, image: string): Promise<void> {
  await kubectl(cluster, 'run', name, `--image=${image}`, '--image-pull-policy=Always')
  await kubectl(cluster, 'wait', '--for=jsonpath={.status.containerStatuses[0].state.waiting.message}', `pod/${name}`, '--timeout=60s')
}

/** Removes a pod, and its pull secret where it has one: by the label that `kubectl run` gives it. */
export const removePod = async (cluster: string, name: string): Promise<void> =>
  void (await kubectl(cluster, 'delete', 'pod,secret', '--selector', `run=${name}`, '--force', '--grace-period=0'))

/** What the kubelet said of a pull. */
export interface Pulled {
  readonly ok: boolean
  /** The message of its event, where the pull failed. */
  readonly error?: string
}

let pods = 0

/**
 * Runs a pod on one node whose image is not there yet, and gives what its kubelet says of the pull. Of images, only the
 * lab's own stays on the node.
 * @param wanted waits until the pull succeeds, through failures of earlier tries
 */
export async function podPull(cluster: string, { node: which, image: other }: Pull, wanted?: 'ok'): Promise<Pulled> {
  const name = `pull-${process.pid}-${++pods}`
  const place = await placeOf(cluster)
  const [node, image] = [place.node(which), other ?? place.hello]
  await forgetImage(node, image)
  try {
    const uid = await runPod(cluster, name, {
      nodeName: node,
      containers: [{ name, image, imagePullPolicy: 'Always' }],
    })
    return await firstEvent(cluster, name, uid, (reason, message) => {
      if (reason === 'Pulled') return { ok: true }
      return wanted === undefined && isFailedPull(reason, message) ? { ok: false, error: message } : undefined
    })
  } finally {
    await removePod(cluster, name)
    // The CRI removes an image by all its names: one that stayed beside the lab's own would go with its next pull.
    if (image !== place.hello) await forgetImage(node, image)
  }
}

/**
 * Makes a pod that cannot start, and gives what its kubelet says of that first, once its status says it too.
 * The pod stays; removePod takes it away.
 */
export async function failingPod(cluster: string, name: string, pod: FailingPod): Promise<{ message: string }> {
  const { image, pullPolicy = 'Always', hangs, pullSecret, kind } = pod
  const place = await placeOf(cluster)
  const node = place.node(pod.node)
  if (pullPolicy !== 'Never') await forgetImage(node, image)
  if (pullSecret) await makePullSecret(cluster, name, image.split('/', 1)[0]!)
  const wanting = { name, image, imagePullPolicy: pullPolicy }
  const uid = await runPod(cluster, name, {
    nodeName: node,
    ...(pullSecret && { imagePullSecrets: [{ name }] }),
    ...(kind === 'init' ? { initContainers: [wanting], containers: [{ name: 'main', image: place.hello }] } : { containers: [wanting] }),
  })
  const message = await firstEvent(cluster, name, uid, (reason, text) => {
    const isOutcome = hangs ? reason === 'Pulling' : isFailedPull(reason, text) || refusals.includes(reason)
    return isOutcome ? text : undefined
  })
  // The status follows the event; while a pull hangs there is nothing to say in it.
  if (!hangs) {
    const status = kind === 'init' ? 'initContainerStatuses' : 'containerStatuses'
    await kubectl(cluster, 'wait', `--for=jsonpath={.status.${status}[0].state.waiting.message}`, `pod/${name}`, '--timeout=60s')
  }
  return { message }
}

/** Events of pods whose image is not even asked for. */
const refusals = ['ErrImageNeverPull', 'InspectFailed']

const isFailedPull = (reason: string, message: string): boolean => reason === 'Failed' && message.startsWith('Failed to pull image')

/** Takes an image from a node, so that its next pull is a real one. */
const forgetImage = (node: string, image: string): Promise<unknown> => docker(['exec', node, 'crictl', 'rmi', image])

/** Gives the pod's uid: another of the same name may have left events behind. */
const runPod = (cluster: string, name: string, settings: object): Promise<string> => {
  const spec = { automountServiceAccountToken: false, terminationGracePeriodSeconds: 0, ...settings }
  const overrides = JSON.stringify({ spec })
  // The image is that of the settings; kubectl refuses one here whose name is invalid.
  return kubectl(cluster, 'run', name, `--image=${helloImage}`, `--overrides=${overrides}`, '-o=jsonpath={.metadata.uid}')
}

/** Credentials that no registry of the lab takes. */
async function makePullSecret(cluster: string, name: string, host: string): Promise<void> {
  const config = JSON.stringify({ auths: { [host]: { username: 'lab', password: 'not this one' } } })
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, labels: { run: name } },
    type: 'kubernetes.io/dockerconfigjson',
    stringData: { '.dockerconfigjson': config },
  }
  const { provider } = await placeOf(cluster)
  const { code, stderr } = await nodeKubectl({ provider, cluster }, ['apply', '-f', '-'], { input: JSON.stringify(secret) })
  if (code !== 0) throw new Error(stderr.trim())
}

const eventTimeout = 60_000

/** Watches the events of a pod until one is what was waited for. */
async function firstEvent<T>(
  cluster: string,
  name: string,
  uid: string,
  outcomeOf: (reason: string, message: string) => T | undefined,
): Promise<T> {
  const { context } = await placeOf(cluster)
  const child = spawn(
    await ensureKubectl(),
    [
      `--context=${context}`,
      'get',
      'events',
      '--watch',
      `--field-selector=involvedObject.uid=${uid}`,
      '-o=go-template={{.reason}} {{printf "%q" .message}}{{"\\n"}}',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const timer = setTimeout(() => child.kill(), eventTimeout)
  const seen: string[] = []
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      seen.push(line)
      const [, reason = '', quoted = '""'] = /^(\w+) (".*")$/.exec(line) ?? []
      const outcome = outcomeOf(reason, JSON.parse(quoted) as string)
      if (outcome !== undefined) return outcome
    }
  } finally {
    clearTimeout(timer)
    child.kill()
  }
  throw new Error(`nothing came of the pull of ${name} in ${eventTimeout / 1000} s; its events: ${seen.join('; ') || 'none'}`)
}

/** Waits until a pull of the lab's image on a node succeeds, or until one fails. */
export const waitForPull = (node: string, outcome: 'ok' | 'fails', image: string = helloImage): Promise<void> =>
  onNodes(
    [node],
    `for try in $(seq 200); do ${outcome === 'fails' ? '!' : ''} crictl pull ${image} > /tmp/pull 2>&1 && exit 0; sleep 0.2; done; cat /tmp/pull >&2; exit 1`,
  )
