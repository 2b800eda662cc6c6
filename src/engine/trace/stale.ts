import { kubectlOf } from '../../derive/kube.ts'
import type { Evidence, Finding } from '../../model/finding.ts'
import { shortDigest } from '../../model/image-name.ts'
import type { Json } from '../../model/json.ts'
import type { Cluster } from '../../model/topology.ts'
import { nameIn, referenceIn, type Chain } from './chain.ts'
import { heldBy, type NodeSide } from './nodes.ts'
import { dateOf } from './place.ts'
import type { Use } from './pods.ts'
import type { Walked } from './walk.ts'

/** What pods are held against: the image of the registry, or that of the engine, with which nodes are loaded. */
export interface Newest {
  readonly holder: string
  readonly digest: string
  readonly created?: string
  readonly evidence: Evidence
  /** Nodes get it by `kind load` or `k3d image import`, not by a pull. */
  readonly loaded: boolean
}

/** What pods are held against: the registry's, or of an image that is loaded into nodes the engine's; null where neither is known. */
export function newestOf({ chain, standard, fromHost, engine }: Walked): Newest | null {
  if (chain.registry === null) {
    const own = engine.ok ? engine.answer.own[0] : undefined
    if (!own) return null
    const { id, created } = own.image
    const evidence: Evidence = { vantage: 'engine', asked: own.name, saw: id, command: `docker image inspect -f '{{.Id}}' ${own.name}` }
    return { holder: 'the Docker engine', digest: id, ...(created !== undefined && { created }), evidence, loaded: true }
  }
  if (standard === null) return null
  const { image, registry } = standard
  const url = fromHost?.ok && fromHost.answer.kind === 'holds' ? fromHost.answer.url : undefined
  const created = image.parts.find((one) => one.created !== undefined)?.created
  return {
    holder: registry.name,
    digest: image.digest ?? '',
    ...(created !== undefined && { created }),
    evidence: {
      vantage: 'host',
      asked: `what ${registry.name} has under that tag`,
      saw: image.digest ?? 'another image',
      ...(url !== undefined && { command: `curl -sI -H 'Accept: ${accepted(image.of)}' ${url}` }),
    },
    loaded: false,
  }
}

/** A registry gives the digest of what it is asked for. */
const accepted = (of: 'index' | 'manifest'): string =>
  (of === 'index'
    ? ['oci.image.index.v1', 'docker.distribution.manifest.list.v2']
    : ['oci.image.manifest.v1', 'docker.distribution.manifest.v2']
  )
    .map((type) => `application/vnd.${type}+json`)
    .join(', ')

/** What runs, is meant to go on, and is not what the registry holds. */
export const isStale = ({ container, comparison, pod, superseded }: Use): boolean =>
  container.state === 'running' && comparison.same === false && pod.deleting !== true && !superseded

/** That pods of a cluster run another image than there is under its name. One finding, whatever pods they are. */
export function staleFinding(chain: Chain, cluster: Cluster, uses: readonly Use[], sides: readonly NodeSide[], newest: Newest): Finding {
  const [first] = uses
  const { pod, container, digest = '', comparison } = first!
  const { registry } = chain
  const reference = referenceIn(chain, cluster)
  const kubectl = kubectlOf(cluster)
  const age = comparison.part?.created
  const side = sides.find((one) => one.node.name === pod.node)
  const held = side ? heldBy(side) : null
  const runs = `${shortDigest(digest)}${age === undefined ? '' : `, made ${dateOf(age)}`}`
  const has = `${shortDigest(newest.digest)}${newest.created === undefined ? '' : `, made ${dateOf(newest.created)}`}`
  const podCommand = `${kubectl} -n ${pod.namespace} get pod ${pod.name} -o jsonpath='{.status.containerStatuses[*].imageID}'`
  return {
    code: 'image-stale-on-node',
    subject: { kind: 'image', cluster: cluster.name, name: nameIn(chain, cluster) },
    hop: 'start',
    message: `${whoRuns(uses)} another build of ${nameIn(chain, cluster)} (${runs}) than ${newest.holder} has under that name (${has})`,
    data: {
      registry: registry?.name ?? null,
      container: registry?.container ?? null,
      registryHost: reference.registryHost,
      nodes: [...new Set(uses.flatMap((one) => one.pod.node ?? []))],
      images: [nameIn(chain, cluster)],
      pushAs: chain.pushAs ?? null,
      kubectl,
      provider: cluster.provider,
      loaded: newest.loaded,
      uses: uses.map((one): Json => useFacts(one, sides)),
    },
    evidence: [
      {
        vantage: 'api',
        asked: `what container ${container.name} of pod ${pod.namespace}/${pod.name} runs`,
        saw: digest,
        command: podCommand,
      },
      newest.evidence,
      ...(held
        ? [
            {
              vantage: 'node' as const,
              asked: `what ${pod.node} holds as ${reference.canonical}`,
              saw: held.digest,
              command: `docker exec ${pod.node} ctr -n k8s.io images ls name==${reference.canonical}`,
            },
          ]
        : []),
    ],
  }
}

function useFacts({ pod, container, digest }: Use, sides: readonly NodeSide[]): Json {
  const side = sides.find((one) => one.node.name === pod.node)
  const held = side && heldBy(side)
  return {
    namespace: pod.namespace,
    pod: pod.name,
    owner: pod.owner ?? null,
    container: container.name,
    kind: container.kind,
    policy: container.pullPolicy ?? 'IfNotPresent',
    // What the kubelet finds on its node it does not pull.
    held: digest !== undefined && (held?.digest === digest || held?.config === digest),
  }
}

/** `deploy/app in default runs`, `2 pods in shop run`. */
function whoRuns(uses: readonly Use[]): string {
  const owners = [...new Set(uses.map(({ pod }) => `${pod.owner ?? `pod ${pod.name}`} in ${pod.namespace}`))]
  const shown = owners.length > 3 ? `${owners.slice(0, 2).join(', ')} and ${owners.length - 2} more` : owners.join(' and ')
  return `${shown} ${owners.length === 1 ? 'runs' : 'run'}`
}
