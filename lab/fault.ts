/** What a fault is, and the hands with which faults are made on a lab cluster. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { docker, kindNodes } from './docker.ts'
import { upKind } from './index.ts'
import { waitReady } from './nodes.ts'
import type { UpOptions } from './cluster-note.ts'

export interface Fault {
  /** Also the name of its incident. */
  readonly name: string
  /** What had happened, in one line. */
  readonly title: string
  /** The root causes that a report must name, and no other: code, and the node where it is one node's. */
  readonly causes: readonly { readonly code: string; readonly node?: 'worker' | 'worker2' }[]
  /** What must be told as a consequence rather than a cause of its own. */
  readonly explains: readonly string[]
  readonly exitCode: 0 | 1
  /** Whether the commands that the report shows, pasted into a shell, make everything healthy again. */
  readonly repairable: boolean
  /** Makes the fault; returns what takes it back, also where it was repaired in the meantime. */
  make(cluster: UpOptions): Promise<() => Promise<void>>
}

/** A pod that uses the registry, which is how a cluster without any set-up is known to want one. */
export const pod = (cluster: string, ...args: string[]): Promise<string> =>
  run('exec', `${cluster}-control-plane`, 'kubectl', '--kubeconfig=/etc/kubernetes/admin.conf', ...args)

export const certsDirectory = '/etc/containerd/certs.d/localhost:5001'

export async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await docker(args)
  if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr.trim()}`)
  return stdout
}

export const nodesOf = async (cluster: string): Promise<string[]> =>
  (await run('ps', '-a', '--filter', `label=io.x-k8s.kind.cluster=${cluster}`, '--format', '{{.Names}}')).trim().split('\n').sort()

export async function stopNode(cluster: string, node: string): Promise<() => Promise<void>> {
  await run('stop', '-t', '5', node)
  return async () => {
    await run('start', node)
    if (!(await waitReady(await kindNodes(cluster), 120_000, '/dev/null'))) throw new Error(`${node} does not become Ready`)
  }
}

export async function removeHostsToml(node: string): Promise<() => Promise<void>> {
  await run('exec', node, 'mv', certsDirectory, '/tmp/hosts-toml-away')
  return async () => void (await run('exec', node, 'sh', '-c', `rm -rf ${certsDirectory} && mv /tmp/hosts-toml-away ${certsDirectory}`))
}

/** The program that holds the registry's host port: an ordinary web server. */
export async function webServer(port: number): Promise<() => Promise<void>> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html', server: 'lab-web' }).end('<h1>hello</h1>')
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return () => new Promise((resolve) => server.close(() => resolve()))
}

export const restoreAll =
  (cluster: UpOptions): (() => Promise<void>) =>
  () =>
    upKind(cluster)
