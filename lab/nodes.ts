/** Work on the nodes of a running cluster. */
import { setTimeout as sleep } from 'node:timers/promises'
import { certsDir, hostsToml } from './cluster-config.ts'
import { docker, dockerOutput, type NodeContainer, type Provider } from './docker.ts'
import { registryHost } from './registry.ts'
import type { RunOptions, RunResult } from './run.ts'

/** kubectl of a cluster's first server, up to its arguments: needs neither one on the machine nor a kubeconfig. */
const serverKubectl = (provider: Provider, cluster: string): readonly string[] =>
  provider === 'kind'
    ? [`${cluster}-control-plane`, 'kubectl', '--kubeconfig=/etc/kubernetes/admin.conf']
    : [`k3d-${cluster}-server-0`, 'kubectl']

/** kubectl of a cluster's own. */
export function nodeKubectl(
  { provider, cluster }: Pick<NodeContainer, 'provider' | 'cluster'>,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  return docker(['exec', '-i', ...serverKubectl(provider, cluster), ...args], options)
}

interface NodeList {
  items: {
    metadata: { name: string }
    spec?: { unschedulable?: boolean }
    status: { conditions?: { type: string; status: string; lastHeartbeatTime: string }[] }
  }[]
}

/**
 * How many nodes are Ready by a heartbeat of their present boot: after a restart the API server first shows the old state.
 * @param starts when each node's container was started, in milliseconds
 */
export function readyNodes(list: NodeList, starts: ReadonlyMap<string, number>): number {
  return list.items.filter(({ metadata, spec, status }) => {
    // k3d drains a server that is stopped, and lets pods on it again when it runs
    if (spec?.unschedulable) return false
    const ready = status.conditions?.find((c) => c.type === 'Ready')
    // heartbeats have whole seconds
    const since = Math.floor((starts.get(metadata.name) ?? 0) / 1000) * 1000
    return ready?.status === 'True' && Date.parse(ready.lastHeartbeatTime) >= since
  }).length
}

/** Waits until all these nodes are Ready and pods can be made; false if that takes too long. */
export async function waitReady(nodes: readonly NodeContainer[], timeout: number, log: string): Promise<boolean> {
  const [first] = nodes
  if (first === undefined) return false
  const names = nodes.map((n) => n.name)
  const started = await dockerOutput(['inspect', '--format', '{{.State.StartedAt}}', ...names], { log })
  const starts = new Map(
    started
      .trim()
      .split('\n')
      .map((text, index) => [names[index] ?? '', Date.parse(text)]),
  )
  const limit = { timeout: 10_000 }
  for (const end = Date.now() + timeout; Date.now() < end; await sleep(250)) {
    const list = await nodeKubectl(first, ['get', 'nodes', '-o', 'json', '--request-timeout=5s'], limit)
    if (list.code !== 0) continue
    if (readyNodes(JSON.parse(list.stdout) as NodeList, starts) < nodes.length) continue
    // a pod is refused until its namespace has this account
    if ((await nodeKubectl(first, ['get', 'serviceaccount', 'default'], limit)).code === 0) return true
  }
  return false
}

const setHosts = `set -e
rm -rf "$1"
mkdir -p "$1/$2"
cat > "$1/$2/hosts.toml"
`

/** Writes hosts.toml on every node, and removes whatever else a test may have put beside it. */
export async function ensureHosts(nodes: readonly NodeContainer[], log: string): Promise<void> {
  const write = (node: NodeContainer): Promise<string> =>
    dockerOutput(['exec', '-i', node.name, 'sh', '-c', setHosts, 'sh', certsDir, registryHost], {
      input: hostsToml,
      log,
    })
  await Promise.all(nodes.map(write))
}

/** Whether every node's config.toml still says about config_path what the cluster was made with. */
export async function configPathIs(wanted: boolean, nodes: readonly NodeContainer[]): Promise<boolean> {
  const grep = ['grep', '-q', `config_path = "${certsDir}"`, '/etc/containerd/config.toml']
  const found = await Promise.all(nodes.map((n) => docker(['exec', n.name, ...grep])))
  return found.every((f) => (f.code === 0) === wanted)
}

/** A file on nodes that a test has changed and not yet taken back. */
export const changedMark = '/var/lib/registry-doctor-lab-changed'

/** Whether a test that was ended has left one of these nodes changed. */
export async function isChanged(nodes: readonly NodeContainer[]): Promise<boolean> {
  const found = await Promise.all(nodes.map((n) => docker(['exec', n.name, 'test', '-e', changedMark])))
  return found.some((f) => f.code === 0)
}

/** Publishes the registry's place in the cluster, as kind's script and k3d do. */
export async function publishRegistry(nodes: readonly NodeContainer[], configMap: string, log: string): Promise<void> {
  const result = await nodeKubectl(nodes[0]!, ['apply', '-f', '-'], { input: configMap, log })
  if (result.code !== 0) throw new Error(result.stderr.trim())
}
