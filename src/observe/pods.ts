import type { Answer, ObservationKind, PodImages, Query } from '../model/observation.ts'
import type { KubeReadPort } from '../ports/kube.ts'
import { kubernetesGet, kubernetesPodNames } from './commands.ts'
import { readKubectl, refusalOf } from './kube.ts'
import { runInNode } from './node-process.ts'
import { defineObservation, type ReadPorts } from './observe.ts'

const pageSize = 500
/** More pods than this hold no further near name, as far as is known. */
const mostPages = 10

interface Container {
  readonly name?: string
  readonly image?: string
  readonly imagePullPolicy?: string
}

interface Pod {
  readonly metadata?: { readonly namespace?: string; readonly name?: string }
  readonly spec?: {
    readonly nodeName?: string
    readonly imagePullSecrets?: readonly unknown[]
    readonly initContainers?: readonly Container[]
    readonly containers?: readonly Container[]
    readonly ephemeralContainers?: readonly Container[]
  }
}

interface PodList {
  readonly metadata?: { readonly continue?: string }
  readonly items?: readonly Pod[]
}

const podsPath = (namespace: string | undefined): string =>
  namespace === undefined ? '/api/v1/pods' : `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`

export const kubePodsNamed = defineObservation('kube.podsNamed', async (ports, query) => {
  const path = `${podsPath(query.namespace)}?fieldSelector=${encodeURIComponent(`metadata.name=${query.name}`)}`
  const { status, body } = await get(ports, query, path)
  return { status, pods: status === 200 ? ((body as PodList).items ?? []).map(imagesOf) : [] }
})

export const kubePodNames = defineObservation('kube.podNames', async ({ docker, kube }, query) => {
  if ('context' in query) return namesByPage(kube, query.context, podsPath(query.namespace))
  const outcome = await runInNode(docker, query.node, kubernetesPodNames(query.namespace))
  if (outcome.exitCode !== 0) return { status: refusalOf(outcome, query.node).status, names: [] }
  return { status: 200, names: outcome.stdout.split('\n').filter(Boolean).toSorted() }
})

async function namesByPage(kube: KubeReadPort, context: string, path: string): Promise<Answer<'kube.podNames'>> {
  const names: string[] = []
  let next = ''
  for (let page = 0; page < mostPages; page++) {
    const { status, body } = await kube.get(context, `${path}?limit=${pageSize}${next}`)
    if (status !== 200) return { status, names: [] }
    const { items = [], metadata } = body as PodList
    names.push(...items.map((one) => `${one.metadata?.namespace ?? ''}/${one.metadata?.name ?? ''}`))
    if (!metadata?.continue) break
    next = `&continue=${encodeURIComponent(metadata.continue)}`
  }
  return { status: 200, names: names.toSorted() }
}

async function get<K extends ObservationKind>(
  { docker, kube }: ReadPorts,
  query: Query<K> & ({ readonly context: string } | { readonly node: string }),
  path: string,
): Promise<Answer<'kube.get'>> {
  return 'context' in query
    ? kube.get(query.context, path)
    : readKubectl(await runInNode(docker, query.node, kubernetesGet(path)), query.node)
}

const kinds = [
  ['initContainers', 'init'],
  ['containers', 'container'],
  ['ephemeralContainers', 'ephemeral'],
] as const

function imagesOf({ metadata, spec = {} }: Pod): PodImages {
  return {
    namespace: metadata?.namespace ?? '',
    name: metadata?.name ?? '',
    ...(spec.nodeName && { node: spec.nodeName }),
    hasPullSecrets: (spec.imagePullSecrets ?? []).length > 0,
    containers: kinds.flatMap(([list, kind]) =>
      (spec[list] ?? []).map(({ name = '', image = '', imagePullPolicy }) => ({
        name,
        kind,
        image,
        ...(imagePullPolicy !== undefined && { pullPolicy: imagePullPolicy }),
      })),
    ),
  }
}
