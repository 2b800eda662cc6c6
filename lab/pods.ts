/** Pods that pull from the registry, and what came of it. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { docker } from './docker.ts'
import { kubectl, onNodes, type Pull } from './fault.ts'
import { ensureKubectl } from './kubectl.ts'
import { helloImage } from './registry.ts'

/** A pod that waits for its image: that is how a cluster without any set-up is known to want a registry. */
export async function waitingPod(cluster: string, name: string, image: string): Promise<void> {
  await kubectl(cluster, 'run', name, `--image=${image}`, '--image-pull-policy=Always')
  await kubectl(cluster, 'wait', '--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}', `pod/${name}`, '--timeout=60s')
}

export const removePod = async (cluster: string, name: string): Promise<void> =>
  void (await kubectl(cluster, 'delete', 'pod', name, '--force', '--grace-period=0'))

/** What the kubelet said of a pull. */
export interface Pulled {
  readonly ok: boolean
  /** The message of its event, where the pull failed. */
  readonly error?: string
}

let pods = 0

/**
 * Runs a pod on one node whose image is not there yet, and gives what its kubelet says of the pull.
 * @param wanted waits until the pull succeeds, through failures of earlier tries
 */
export async function podPull(cluster: string, { node, image = helloImage }: Pull, wanted?: 'ok'): Promise<Pulled> {
  const pod = `pull-${process.pid}-${++pods}`
  const nodeName = `${cluster}-${node}`
  await docker(['exec', nodeName, 'crictl', 'rmi', image])
  const spec = {
    nodeName,
    automountServiceAccountToken: false,
    containers: [{ name: pod, image, imagePullPolicy: 'Always' }],
    terminationGracePeriodSeconds: 0,
  }
  const events = pullEvents(cluster, pod, wanted)
  try {
    await kubectl(cluster, 'run', pod, `--image=${image}`, `--overrides=${JSON.stringify({ spec })}`)
    return await events
  } finally {
    await removePod(cluster, pod)
  }
}

const pullTimeout = 60_000

/** Watches the events of a pod until one tells the outcome. */
async function pullEvents(cluster: string, pod: string, wanted: 'ok' | undefined): Promise<Pulled> {
  const child = spawn(
    await ensureKubectl(),
    [
      `--context=kind-${cluster}`,
      'get',
      'events',
      '--watch',
      `--field-selector=involvedObject.name=${pod}`,
      '-o=go-template={{.reason}} {{printf "%q" .message}}{{"\\n"}}',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const timer = setTimeout(() => child.kill(), pullTimeout)
  const seen: string[] = []
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      seen.push(line)
      const [, reason, quoted = '""'] = /^(\w+) (".*")$/.exec(line) ?? []
      const message = JSON.parse(quoted) as string
      if (reason === 'Pulled') return { ok: true }
      if (reason === 'Failed' && message.startsWith('Failed to pull image') && wanted === undefined) return { ok: false, error: message }
    }
  } finally {
    clearTimeout(timer)
    child.kill()
  }
  throw new Error(`no outcome of the pull of ${pod} in ${pullTimeout / 1000} s; its events: ${seen.join('; ') || 'none'}`)
}

/** Waits until a pull of the lab's image on a node succeeds, or until one fails. */
export const waitForPull = (node: string, outcome: 'ok' | 'fails'): Promise<void> =>
  onNodes(
    [node],
    `for try in $(seq 200); do ${outcome === 'fails' ? '!' : ''} crictl pull ${helloImage} > /tmp/pull 2>&1 && exit 0; sleep 0.2; done; cat /tmp/pull >&2; exit 1`,
  )
