import type { NamedResource, PodImages, WorkloadResource } from '../model/observation.ts'
import { kubeList } from './kube-list.ts'
import { kubeGetBy } from './kube.ts'
import { defineObservation } from './observe.ts'

interface Container {
  readonly name?: string
  readonly image?: string
  readonly imagePullPolicy?: string
}

interface PodPlace {
  readonly nodeName?: string
  readonly imagePullSecrets?: readonly unknown[]
}

export interface PodSpec extends PodPlace {
  readonly initContainers?: readonly Container[]
  readonly containers?: readonly Container[]
  readonly ephemeralContainers?: readonly Container[]
}

interface Pod {
  readonly metadata?: { readonly namespace?: string; readonly name?: string }
  readonly spec?: PodSpec
}

interface PodList {
  readonly metadata?: { readonly continue?: string }
  readonly items?: readonly Pod[]
}

const groups: { readonly [R in NamedResource | WorkloadResource]: string } = {
  pods: '/api/v1',
  deployments: '/apis/apps/v1',
  replicasets: '/apis/apps/v1',
  statefulsets: '/apis/apps/v1',
  daemonsets: '/apis/apps/v1',
  jobs: '/apis/batch/v1',
  cronjobs: '/apis/batch/v1',
}

export const listPath = (resource: NamedResource | WorkloadResource, namespace?: string): string =>
  `${groups[resource]}${namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`}/${resource}`

export const kubePodsNamed = defineObservation('kube.podsNamed', async (ports, query) => {
  const path = `${listPath('pods', query.namespace)}?fieldSelector=${encodeURIComponent(`metadata.name=${query.name}`)}`
  const { status, body } = await kubeGetBy(ports, query, path)
  return { status, pods: status === 200 ? ((body as PodList).items ?? []).map(imagesOf) : [] }
})

export const kubeNames = defineObservation('kube.names', async (ports, query) => {
  const { status, items } = await kubeList(ports, query, listPath(query.resource, query.namespace), ({ metadata }: Pod) => [
    `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`,
  ])
  return { status, names: items.toSorted() }
})

const kinds = [
  ['initContainers', 'init'],
  ['containers', 'container'],
  ['ephemeralContainers', 'ephemeral'],
] as const

/** What is kept of every pod that is kept. */
export const podFacts = ({ metadata, spec = {} }: Pick<Pod, 'metadata'> & { readonly spec?: PodPlace }): Omit<PodImages, 'containers'> => ({
  namespace: metadata?.namespace ?? '',
  name: metadata?.name ?? '',
  ...(spec.nodeName && { node: spec.nodeName }),
  hasPullSecrets: (spec.imagePullSecrets ?? []).length > 0,
})

const imagesOf = (pod: Pod): PodImages => ({ ...podFacts(pod), containers: containersOf(pod.spec ?? {}) })

/** The containers of a pod, or of a template of pods, with what each has to pull. */
export const containersOf = (spec: PodSpec): PodImages['containers'] =>
  kinds.flatMap(([list, kind]) =>
    (spec[list] ?? []).map(({ name = '', image = '', imagePullPolicy }) => ({
      name,
      kind,
      image,
      ...(imagePullPolicy !== undefined && { pullPolicy: imagePullPolicy }),
    })),
  )
