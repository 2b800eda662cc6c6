/** The docker client, and the small questions that the lab asks it. */
import { output, run, type RunOptions, type RunResult } from './run.ts'

/** Runs `docker` with these arguments; a failure is a result, not an exception. */
export function docker(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return run('docker', args, { ...options, check: false })
}

/** Runs `docker`, throws when it fails, gives its trimmed standard output. */
export function dockerOutput(args: readonly string[], options: RunOptions = {}): Promise<string> {
  return output('docker', args, options)
}

/** Whether an engine answers. */
export async function engineAnswers(): Promise<boolean> {
  const result = await docker(['info', '--format', '{{.ServerVersion}}'], { timeout: 10_000 })
  return result.code === 0 && result.stdout.trim() !== ''
}

/** Whether the engine has an image of this name. */
export async function hasImage(image: string): Promise<boolean> {
  return (await docker(['image', 'inspect', '--format', '{{.Id}}', image])).code === 0
}

export type Provider = 'kind' | 'k3d'

/** A node's container. */
export interface NodeContainer {
  readonly provider: Provider
  readonly name: string
  readonly cluster: string
  readonly role: string
  /** running, exited, paused, created … */
  readonly state: string
  readonly image: string
}

const labels = {
  kind: { cluster: 'io.x-k8s.kind.cluster', role: 'io.x-k8s.kind.role' },
  k3d: { cluster: 'k3d.cluster', role: 'k3d.role' },
} as const

/** Containers that a provider labels as a cluster's, running or not. */
async function containersOf(provider: Provider, cluster: string | undefined): Promise<readonly NodeContainer[]> {
  const of = labels[provider]
  const format = ['{{.Names}}', `{{.Label "${of.cluster}"}}`, `{{.Label "${of.role}"}}`, '{{.State}}', '{{.Image}}']
  const filter = `label=${of.cluster}${cluster === undefined ? '' : `=${cluster}`}`
  const lines = await dockerOutput(['ps', '-a', '--filter', filter, '--format', format.join('\t')])
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', owner = '', role = '', state = '', image = ''] = line.split('\t')
      return { provider, name, cluster: owner, role, state, image }
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** All kind nodes that the engine knows, running or not; of one cluster if it is named. */
export const kindNodes = (cluster?: string): Promise<readonly NodeContainer[]> => containersOf('kind', cluster)

/** The same of k3d, whose load balancers, tools and registries carry the same labels. */
export async function k3dNodes(cluster?: string): Promise<readonly NodeContainer[]> {
  return (await containersOf('k3d', cluster)).filter(({ role }) => role === 'server' || role === 'agent')
}
