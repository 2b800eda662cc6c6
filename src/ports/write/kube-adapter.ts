import { setTimeout as sleep } from 'node:timers/promises'
import type { Json } from '../../model/json.ts'
import { connectKube } from '../kube-connection.ts'
import type { DockerWritePort } from './docker.ts'
import { kubeInNode } from './kube-in-node.ts'
import type { KubeChange, KubeRepairPort } from './kube.ts'

const callLimitMs = 10_000
/** Who ends a watch at once, such as a proxy, is not asked without a pause. */
const betweenWatchesMs = 200

/**
 * A Kubernetes API, to write: with the user's kubeconfig, or through a control-plane node. Nothing ends its calls but their
 * limit: what was made must be taken away also where the run was ended.
 * @param kubeconfig a file that replaces KUBECONFIG and ~/.kube/config
 */
export function createKubeWritePort(
  env: NodeJS.ProcessEnv,
  docker: DockerWritePort,
  kubeconfig?: string,
  limitMs = callLimitMs,
): KubeRepairPort {
  const connection = connectKube(env, kubeconfig)
  const inNode = kubeInNode(docker)
  const never = new AbortController().signal
  return {
    create: (way, path, object) =>
      'node' in way
        ? inNode.create(way.node, path, object)
        : connection.request(way.context, { method: 'POST', path, body: object }, never, limitMs),
    replace: (way, path, object) =>
      'node' in way
        ? inNode.replace(way.node, path, object)
        : connection.request(way.context, { method: 'PUT', path, body: object }, never, limitMs),
    remove: (way, path) =>
      'node' in way ? inNode.remove(way.node, path) : connection.request(way.context, { method: 'DELETE', path }, never, limitMs),
    get: (way, path) =>
      'node' in way ? inNode.get(way.node, path) : connection.request(way.context, { method: 'GET', path }, never, limitMs),
    async watch(way, path, onChange, signal) {
      if ('node' in way) return inNode.watch(way.node, path, onChange, signal)
      while (!signal.aborted) {
        try {
          await connection.lines(way.context, `${path}${path.includes('?') ? '&' : '?'}watch=1`, (line) => onChange(parsed(line)), signal)
        } catch (error) {
          if (!signal.aborted) throw error
        }
        await sleep(betweenWatchesMs, undefined, { signal }).catch(() => undefined)
      }
    },
  }
}

const parsed = (line: string): KubeChange => {
  const { type, object } = JSON.parse(line) as { type: string; object: Json }
  return { type, object }
}
