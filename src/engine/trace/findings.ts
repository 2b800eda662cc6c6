import type { ImageReference } from '../../containerd/image-reference.ts'
import { joinFindings } from '../../derive/judged-symptoms.ts'
import { missingImage } from '../../derive/missing-image.ts'
import { faultOf, type PullFault, type Sought } from '../../derive/pull-fault.ts'
import { lostFinding, maskFinding, pullFinding } from '../../derive/pull-finding.ts'
import type { Standard } from '../../derive/same-image.ts'
import { orNull } from '../../derive/tried.ts'
import type { Finding } from '../../model/finding.ts'
import { shortDigest } from '../../model/image-name.ts'
import type { Look } from '../../model/observation.ts'
import type { Cluster, Registry } from '../../model/topology.ts'
import type { ComparedImage, NamedImage } from './engine.ts'
import { nameIn, referenceIn, type Chain } from './chain.ts'
import { pulledDigest, type NodeSide } from './nodes.ts'
import { dateOf } from './place.ts'
import type { Use } from './pods.ts'
import type { ContentFault } from './registry.ts'

/** An image of the registry of a chain, as it is asked for from a node. */
function sought(chain: Chain, registry: Registry, cluster: Cluster, node?: string): Sought {
  return {
    pod: { hasPullSecrets: false, ...(node !== undefined && { node }) },
    container: { image: nameIn(chain, cluster) },
    registry,
    registryHost: referenceIn(chain, cluster).registryHost,
  }
}

type Missing = Extract<PullFault, { readonly missing: unknown }>
const isMissing = (fault: PullFault): fault is Missing => 'missing' in fault

/**
 * What keeps a node from an image, with what its error hides and what the registry has lost.
 * @param holds the registry holds it, as the host sees it: then a node that is told otherwise asks another one
 */
export async function nodeFindings(
  look: Look,
  chain: Chain,
  side: NodeSide,
  other: NamedImage | undefined,
  holds: boolean,
): Promise<Finding[]> {
  const { registry } = chain
  const { cluster, node, pull, reference } = side
  if (registry === null || !pull?.ok || pull.answer.outcome !== 'fails') return []
  const symptom = sought(chain, registry, cluster, node.name)
  const found = await orNull(faultOf({ look, cluster, symptom, reference, node: node.name }, pull.answer))
  if (found === null) return []
  const text = pull.answer.text ?? pull.answer.error?.text ?? ''
  const fault: PullFault =
    holds && isMissing(found) ? { code: 'in-cluster-pull-failed', class: 'not-found', text, hides: false, pull: pull.answer } : found
  const beside = [maskFinding(cluster, { symptom, fault }), lostFinding(cluster, { symptom, fault })]
  const own = pullFinding(cluster, { symptom, fault })
  return [isMissing(fault) ? await withOtherPush(look, own, other) : own, ...beside.filter((one) => one !== null)]
}

/** That the registry does not hold the image, where the host alone could ask. */
export async function missingFindings(
  look: Look,
  chain: Chain,
  cluster: Cluster,
  reference: ImageReference,
  other: NamedImage | undefined,
): Promise<Finding[]> {
  const { registry } = chain
  if (registry === null) return []
  const missing = await missingImage(look, cluster, registry, reference)
  const symptom = sought(chain, registry, cluster)
  const fault: PullFault = { code: missing.built === undefined ? 'image-not-in-registry' : 'image-not-pushed', missing, masked: false }
  const lost = lostFinding(cluster, { symptom, fault })
  return [await withOtherPush(look, pullFinding(cluster, { symptom, fault }), other), ...(lost ? [lost] : [])]
}

/** Says to which other registry of this machine it was pushed instead. */
async function withOtherPush(look: Look, finding: Finding, other: NamedImage | undefined): Promise<Finding> {
  if (finding.code !== 'image-not-pushed' || !other) return finding
  const host = other.name.split('/', 1)[0]!
  const pushed = other.image.digests.find((one) => one.startsWith(`${host}/`))
  if (pushed === undefined) return finding
  const port = Number(host.slice(host.lastIndexOf(':') + 1))
  const containers = await look.try('docker.containers', {})
  const holder = containers.ok ? containers.answer.find((one) => one.ports.some((published) => published.hostPort === port)) : undefined
  return {
    ...finding,
    message: `${finding.message}; it was pushed to ${host}${holder ? `, the container ${holder.name}` : ''}`,
    evidence: [
      ...finding.evidence,
      {
        vantage: 'engine',
        asked: `where ${other.name} was pushed`,
        saw: pushed,
        command: `docker image inspect -f '{{.RepoDigests}}' ${other.name}`,
      },
    ],
  }
}

/** That the image was built again since it was pushed. */
export function builtAgain(chain: Chain, cluster: Cluster, compared: ComparedImage, registryDigest: string | undefined): Finding {
  const { name, image } = compared
  const { registry, pushAs } = chain
  const theirs = compared.pushed
  return {
    code: 'image-not-pushed',
    subject: { kind: 'image', cluster: cluster.name, name: nameIn(chain, cluster) },
    hop: 'push',
    message: `${chain.image} was built again since it was pushed: the Docker engine's${name === chain.image ? '' : `, ${name},`} was made ${dateOf(image.created!)}, that of ${registry!.name} ${theirs === undefined ? 'is another one' : dateOf(theirs)}`,
    data: {
      registry: registry!.name,
      container: registry!.container ?? null,
      registryHost: referenceIn(chain, cluster).registryHost,
      nodes: [],
      images: [nameIn(chain, cluster)],
      pushAs: pushAs ?? null,
      built: name,
    },
    evidence: [
      {
        vantage: 'engine',
        asked: name,
        saw: `${shortDigest(image.id)}, made ${image.created}`,
        command: `docker image inspect -f '{{.Id}} {{.Created}}' ${name}`,
      },
      {
        vantage: 'host',
        asked: `${chain.reference.repository}:${chain.object} of ${registry!.name}`,
        saw: `${shortDigest(registryDigest ?? 'no digest')}${theirs === undefined ? '' : `, made ${theirs}`}`,
      },
    ],
  }
}

/** That a part of the image is gone, or none is for the platform of the nodes. */
export function contentFinding(chain: Chain, { cluster, node, fault }: ContentFault): Finding {
  return pullFinding(cluster, { symptom: sought(chain, chain.registry!, cluster, node), fault })
}

/** Findings of one id as one, with all nodes and images. */
export const joined = (findings: readonly Finding[]): Finding[] =>
  joinFindings(findings.map((one) => ({ ...one, data: { ...one.data, nodes: one.data['nodes'] ?? [], images: one.data['images'] ?? [] } })))

/** That what a node is given is not what the registry has. */
export function givenAnother(chain: Chain, { cluster, node, reference, pull }: NodeSide, { image, registry }: Standard): Finding {
  const given = pull?.ok ? pulledDigest(pull.answer) : undefined
  const text = `${node.name} is given ${shortDigest(given ?? 'another image')} for ${reference.canonical}, and ${registry.name} has ${shortDigest(image.digest ?? 'another one')}: something else answers the node`
  const fault: PullFault = {
    code: 'in-cluster-pull-failed',
    class: 'unknown',
    text,
    hides: false,
    ...(pull?.ok && { pull: pull.answer }),
  }
  return { ...pullFinding(cluster, { symptom: sought(chain, registry, cluster, node.name), fault }), hop: 'manifest', message: text }
}

/** That an image is made for another platform than the node on which its containers end. */
export function foreignFinding(chain: Chain, { cluster, pod, container, foreign }: Use): Finding {
  const platform = cluster.platform[pod.node ?? ''] ?? 'another platform'
  const fault: PullFault = { code: 'image-platform-mismatch', has: [foreign!], platform }
  const found = pullFinding(cluster, { symptom: sought(chain, chain.registry!, cluster, pod.node), fault })
  const saw = container.restartReason ?? container.reason ?? 'it has ended'
  return {
    ...found,
    hop: 'start',
    message: `${found.message}: its containers end at once`,
    evidence: [
      ...found.evidence,
      { vantage: 'api', asked: `how container ${container.name} of pod ${pod.namespace}/${pod.name} ended`, saw },
    ],
  }
}
