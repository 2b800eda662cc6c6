import { ObservationFailure, type Answer, type CommandOutcome } from '../model/observation.ts'
import { kubernetesGet, kubernetesAwaitedImages } from './commands.ts'
import { runInNode } from './node-process.ts'
import { defineObservation } from './observe.ts'

export const kubeContexts = defineObservation('kube.contexts', ({ kube }) => kube.contexts())

export const kubeGet = defineObservation('kube.get', async ({ docker, kube }, query) => {
  if ('context' in query) return kube.get(query.context, query.path)
  return readKubectl(await runInNode(docker, query.node, kubernetesGet(query.path)), query.node)
})

const pageSize = 500
/** More pods than this name no further local registry, as far as is known. */
const mostPages = 10

interface PodList {
  readonly metadata?: { readonly continue?: string }
  readonly items?: readonly { readonly status?: { readonly [list: string]: unknown } }[]
}

interface ContainerStatus {
  readonly image?: string
  readonly state?: { readonly waiting?: unknown }
}

export const kubeAwaitedImages = defineObservation('kube.awaitedImages', async ({ docker, kube }, query) => {
  if ('node' in query) {
    const outcome = await runInNode(docker, query.node, kubernetesAwaitedImages)
    const status = outcome.exitCode === 0 ? 200 : refusalOf(outcome, query.node).status
    return { status, images: status === 200 ? unique(outcome.stdout.split('\n')) : [] }
  }
  const images: string[] = []
  let next = ''
  for (let page = 0; page < mostPages; page++) {
    const { status, body } = await kube.get(query.context, `/api/v1/pods?limit=${pageSize}${next}`)
    if (status !== 200) return { status, images: [] }
    const { items = [], metadata } = body as PodList
    for (const { status: seen } of items)
      for (const list of ['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses'])
        images.push(...((seen?.[list] ?? []) as ContainerStatus[]).filter((one) => one.state?.waiting).map((one) => one.image ?? ''))
    if (!metadata?.continue) break
    next = `&continue=${encodeURIComponent(metadata.continue)}`
  }
  return { status: 200, images: unique(images) }
})

const unique = (images: readonly string[]): string[] => [...new Set(images.filter(Boolean))].sort()

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
