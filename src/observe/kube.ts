import { ObservationFailure, type Answer, type CommandOutcome } from '../model/observation.ts'
import { kubernetesGet } from './commands.ts'
import { runInNode } from './node-process.ts'
import { defineObservation, type ReadPorts } from './observe.ts'

export const kubeContexts = defineObservation('kube.contexts', ({ kube }) => kube.contexts())

export const kubeGet = defineObservation('kube.get', (ports, query) => kubeGetBy(ports, query, query.path))

export type Way = { readonly context: string } | { readonly node: string }

/** A GET of the API, by a kubeconfig context or by a control-plane node's own credentials. */
export async function kubeGetBy({ docker, kube }: ReadPorts, way: Way, path: string): Promise<Answer<'kube.get'>> {
  return 'context' in way ? kube.get(way.context, path) : readKubectl(await runInNode(docker, way.node, kubernetesGet(path)), way.node)
}

/** What kubectl in a node gave of a GET. */
export function readKubectl(outcome: Outcome, node: string): Answer<'kube.get'> {
  if (outcome.exitCode === 0) return { status: 200, body: JSON.parse(outcome.stdout) as Answer<'kube.get'>['body'] }
  const { status, message } = refusalOf(outcome, node)
  return { status, body: { message } }
}

type Outcome = Pick<CommandOutcome, 'exitCode' | 'stdout' | 'stderr'>

/** kubectl tells a status only in words: `Error from server (NotFound): …` (kubernetes, kubectl/pkg/cmd/util/helpers.go). */
export function refusalOf({ exitCode, stderr }: Outcome, node: string): { status: number; message: string } {
  const reason = /Error from server \((\w+)\)/.exec(stderr)?.[1]
  const status = reason === 'NotFound' ? 404 : reason === 'Forbidden' ? 403 : reason === 'Unauthorized' ? 401 : undefined
  const message = stderr.trim().split('\n').at(-1) ?? ''
  if (status === undefined)
    throw new ObservationFailure(
      'kube.get',
      'kube-unreachable',
      `the Kubernetes API does not answer on ${node}: ${message || `exit code ${exitCode}`}`,
    )
  return { status, message }
}
