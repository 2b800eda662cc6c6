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

/** A node container of kind. */
export interface NodeContainer {
  readonly name: string
  readonly cluster: string
  readonly role: string
  /** running, exited, paused, created … */
  readonly state: string
  readonly image: string
}

const clusterLabel = 'io.x-k8s.kind.cluster'
const roleLabel = 'io.x-k8s.kind.role'

/** All kind nodes that the engine knows, running or not; of one cluster if it is named. */
export async function kindNodes(cluster?: string): Promise<readonly NodeContainer[]> {
  const format = ['{{.Names}}', `{{.Label "${clusterLabel}"}}`, `{{.Label "${roleLabel}"}}`, '{{.State}}', '{{.Image}}']
  const filter = `label=${clusterLabel}${cluster === undefined ? '' : `=${cluster}`}`
  const lines = await dockerOutput(['ps', '-a', '--filter', filter, '--format', format.join('\t')])
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', of = '', role = '', state = '', image = ''] = line.split('\t')
      return { name, cluster: of, role, state, image }
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
