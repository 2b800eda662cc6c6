/** What a fault is, and the hands with which faults and unusual set-ups are made on a lab cluster. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Hop } from '../src/model/words.ts'
import { certsDir } from './cluster-config.ts'
import type { UpOptions } from './cluster-note.ts'
import { docker, dockerOutput, kindNodes } from './docker.ts'
import { connectCluster } from './kind.ts'
import { changedMark, ensureHosts, nodeKubectl, waitReady } from './nodes.ts'
import { placeOf } from './place.ts'
import { ensureRegistry, registryHost } from './registry.ts'

/** The node of a lab cluster that is meant, without the cluster's name: of kind, of k3d. */
export type Which = 'control-plane' | 'worker' | 'worker2' | 'server-0' | 'agent-0' | 'agent-1'

/** A pull that tells whether a set-up works: of this image, by a pod on this node. */
export interface Pull {
  readonly node: Which
  /** Default: the lab's image, as the registry host names it. */
  readonly image?: string
}

/** A pod that cannot start, because of its image or of what the registry answers. */
export interface FailingPod {
  readonly node: Which
  readonly image: string
  /** Default: Always. */
  readonly pullPolicy?: 'Always' | 'IfNotPresent' | 'Never'
  /** Code of the cause that it belongs to. */
  readonly cause: string
  /** A pull that never ends: what is waited for is its begin instead of its failure. */
  readonly hangs?: true
  /** It brings credentials for the registry host, and they are wrong. */
  readonly pullSecret?: true
  /** The container whose image it is; default: an ordinary one. */
  readonly kind?: 'init'
}

export type Undo = () => Promise<void>

export interface Fault {
  /** Also the name of its incident. */
  readonly name: string
  /** What had happened, in one line. */
  readonly title: string
  /** The root causes that a report must name, and no other: code, and the node where it is one node's. */
  readonly causes: readonly { readonly code: string; readonly node?: Which }[]
  /** What must be told as a consequence rather than a cause of its own. */
  readonly explains: readonly string[]
  /** What is told beside that as a consequence on a containerd of this version only. */
  readonly explainsOn?: (containerd: string) => readonly string[]
  readonly exitCode: 0 | 1
  /**
   * What comes of `check --probe` beside that: the leg of the way on which it fails, or `refused` where the registry takes no
   * push from this machine, which is nobody's fault. Given for some: a probe of a fault takes its time.
   */
  readonly probe?: Hop | 'refused'
  /** Whether the commands that the report shows, pasted into a shell, make everything healthy again. */
  readonly repairable: boolean
  /** It takes a person to repair it: `fix` only shows the commands. */
  readonly byHand?: true
  /** What `fix` cannot bring back is found then: what a registry held that is gone. */
  readonly leaves?: readonly string[]
  /** It is found by pods that wait: where they run, nothing tells of it. */
  readonly foundByPods?: true
  /** A pull that fails by it, where one fails at once. */
  readonly pull?: Pull
  /** Pods that fail by it and are left waiting: what a report must link to its cause. Made after the fault; removed by the suite. */
  readonly pods?: readonly FailingPod[]
  /** Pods that `make` itself leaves waiting. */
  readonly ownPods?: readonly { readonly name: string; readonly cause: string }[]
  /** The containerd versions on which it is none: there all is healthy with it. */
  readonly harmlessOn?: RegExp
  /** Makes the fault; returns what takes it back, also where it was repaired in the meantime. */
  make(cluster: UpOptions): Promise<Undo>
}

/** kubectl of the cluster's own. */
export async function kubectl(cluster: string, ...args: string[]): Promise<string> {
  const { provider } = await placeOf(cluster)
  const { code, stdout, stderr } = await nodeKubectl({ provider, cluster }, args)
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr.trim()}`)
  return stdout
}

export const certsDirectory = `${certsDir}/${registryHost}`

export async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await docker(args)
  if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr.trim()}`)
  return stdout
}

export const nodesOf = async (cluster: string): Promise<string[]> => (await kindNodes(cluster)).map((node) => node.name)

/** Runs a script on nodes, all at once. */
export async function onNodes(nodes: readonly string[], script: string, input = ''): Promise<void> {
  await Promise.all(nodes.map((node) => dockerOutput(['exec', '-i', node, 'sh', '-ec', script], { input })))
}

/** Writes a file on nodes, all at once; its directory is made. */
export const putFile = (nodes: readonly string[], path: string, content: string): Promise<void> =>
  onNodes(nodes, `mkdir -p '${path.slice(0, path.lastIndexOf('/'))}' && cat > '${path}'`, content)

/** The nodes' certs.d as the lab makes it, and nothing else in it. */
export const restoreHosts =
  ({ name }: UpOptions): Undo =>
  async () =>
    ensureHosts(await kindNodes(name), '/dev/null')

/** Gives nodes this hosts.toml for the registry. */
export async function hostsToml(cluster: UpOptions, nodes: readonly string[], content: string): Promise<Undo> {
  await putFile(nodes, `${certsDirectory}/hosts.toml`, content)
  return restoreHosts(cluster)
}

/** Changes nodes by one script and back by another; what is between them and could not end is seen by the mark. */
export async function changeNodes(nodes: readonly string[], change: string, back: string, input = ''): Promise<Undo> {
  await onNodes(nodes, `touch ${changedMark} && ${change}`, input)
  return () => onNodes(nodes, `${back} && rm ${changedMark}`)
}

/** Connections to a port are refused, those that come in or those that go out. */
export async function closePort(nodes: readonly string[], chain: 'INPUT' | 'OUTPUT', port: number): Promise<Undo> {
  const rule = `${chain} -p tcp --dport ${port} -j REJECT --reject-with tcp-reset`
  // The network of kind has addresses of both kinds.
  const both = (how: '-I' | '-D'): Promise<void> => onNodes(nodes, `iptables -w ${how} ${rule} && ip6tables -w ${how} ${rule}`)
  await both('-I')
  return () => both('-D')
}

/**
 * Restarts containerd. With cgroup v1, containerd 1.x can take the sandboxes of static pods for leaked ones at its first start
 * (runtime/v2/shim_load.go), and the kubelet makes them anew: it is done when a control plane is whole.
 */
const restartContainerd = `systemctl restart containerd && (
  for try in $(seq 300); do
    ready=$(crictl pods -q --state ready --label tier=control-plane 2> /dev/null | wc -l)
    if [ "$ready" -ge "$(ls /etc/kubernetes/manifests | wc -l)" ]; then
      [ -e /etc/kubernetes/admin.conf ] || exit 0
      kubectl --kubeconfig=/etc/kubernetes/admin.conf get --raw /readyz > /dev/null 2>&1 && exit 0
    fi
    sleep 0.2
  done
  exit 1
)`

/** Changes containerd's configuration on nodes by a script that finds it as config.toml, and restarts containerd. */
export function configToml(nodes: readonly string[], script: string, input = ''): Promise<Undo> {
  return changeNodes(
    nodes,
    `cd /etc/containerd && cp -p config.toml /tmp/config-away && { ${script}; } && ${restartContainerd}`,
    `cd /etc/containerd && cp -p /tmp/config-away config.toml && rm /tmp/config-away && ${restartContainerd}`,
    input,
  )
}

/** A proxy in containerd's environment, as those set it who follow the documentation of systemd or Docker. */
export function proxy(nodes: readonly string[], url: string, noProxy: string): Promise<Undo> {
  const folder = '/etc/systemd/system/containerd.service.d'
  const restart = `systemctl daemon-reload && ${restartContainerd}`
  const content = `[Service]\nEnvironment="HTTP_PROXY=${url}" "HTTPS_PROXY=${url}" "NO_PROXY=${noProxy}"\n`
  return changeNodes(nodes, `mkdir -p ${folder} && cat > ${folder}/http-proxy.conf && ${restart}`, `rm -r ${folder} && ${restart}`, content)
}

export async function stopNode(cluster: string, node: string): Promise<Undo> {
  await run('stop', '-t', '5', node)
  return async () => {
    await run('start', node)
    if (!(await waitReady(await kindNodes(cluster), 120_000, '/dev/null'))) throw new Error(`${node} does not become Ready`)
  }
}

export async function removeHostsToml(cluster: UpOptions, node: string): Promise<Undo> {
  await onNodes([node], `rm -r ${certsDirectory}`)
  return restoreHosts(cluster)
}

/** The program that holds the registry's host port: an ordinary web server. */
export async function webServer(port: number): Promise<Undo> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html', server: 'lab-web' }).end('<h1>hello</h1>')
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return () => new Promise((resolve) => server.close(() => resolve()))
}

/** The registry, and what connects the cluster with it, as the lab makes them. */
export const restoreAll =
  ({ name, images = 'auto' }: UpOptions): Undo =>
  async () => {
    await ensureRegistry(images)
    await connectCluster(await kindNodes(name), '/dev/null')
  }

/** Takes back what was made in several steps, the last one first. */
export const undoAll =
  (...undos: readonly Undo[]): Undo =>
  async () => {
    for (const undo of undos.toReversed()) await undo()
  }
