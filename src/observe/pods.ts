import type { NamedResource, PodImages } from '../model/observation.ts'
import { kubeGetBy, kubeList } from './kube-list.ts'
import { defineObservation } from './observe.ts'

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
  const { status, body } = await kubeGetBy(ports, query, path)
  return { status, pods: status === 200 ? ((body as PodList).items ?? []).map(imagesOf) : [] }
})

const groups: { readonly [R in NamedResource]: string } = {
  pods: '/api/v1',
  deployments: '/apis/apps/v1',
  replicasets: '/apis/apps/v1',
  statefulsets: '/apis/apps/v1',
  daemonsets: '/apis/apps/v1',
  jobs: '/apis/batch/v1',
}

export const kubeNames = defineObservation('kube.names', async (ports, query) => {
  const { resource, namespace } = query
  const inNamespace = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`
  const { status, items } = await kubeList(ports, query, `${groups[resource]}${inNamespace}/${resource}`, ({ metadata }: Pod) => [
    `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`,
  ])
  return { status, names: items.toSorted() }
})

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
