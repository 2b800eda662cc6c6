import { parseImageReference } from '../containerd/image-reference.ts'
import { classifyPullError } from '../containerd/pull-error/classify.ts'
import type { Evidence, Finding } from '../model/finding.ts'
import type { Cluster } from '../model/topology.ts'
import { pushName } from './missing-image.ts'
import type { PullFault, Sought } from './pull-fault.ts'
import type { NodePull } from './node-pull.ts'

/** A fault with what it was found from: a pod that waits, or a question after an image. */
export interface Found<F extends PullFault = PullFault> {
  readonly symptom: Sought
  readonly fault: F
}

type Parts = Pick<Finding, 'subject' | 'hop' | 'message' | 'evidence'> & Partial<Pick<Finding, 'qualifier' | 'data'>>

/**
 * A fault as a finding. Symptoms of one image, or of one node and registry where neither the image nor the registry is what
 * is wrong, have findings of the same id: `joinFindings` makes one of them.
 */
export function pullFinding(cluster: Cluster, { symptom, fault }: Found): Finding {
  const { container, registry, registryHost } = symptom
  const parts = partsOf(cluster, { symptom, fault })
  const reference = parseImageReference(container.image)
  const pushAs =
    'error' in reference || reference.tag === undefined
      ? undefined
      : pushName(registry.hostAddress, registryHost, `${reference.repository}:${reference.tag}`)
  return {
    code: fault.code,
    ...parts,
    data: { ...factsOf(symptom), pushAs: pushAs ?? null, ...parts.data },
  }
}

/** What the collapse has to know of any of these findings. */
const factsOf = ({ pod, container, registry, registryHost }: Sought): Finding['data'] => ({
  registry: registry.name,
  container: registry.container ?? null,
  registryHost,
  nodes: pod.node === undefined ? [] : [pod.node],
  images: [container.image],
})

function partsOf(cluster: Cluster, found: Found): Parts {
  const { fault, symptom } = found
  const { image } = symptom.container
  const { registry, registryHost, pod } = symptom
  const node = pod.node ?? ''
  const ofImage = { subject: { kind: 'image', cluster: cluster.name, name: image } } as const
  const ofRegistry = { subject: { kind: 'registry', cluster: cluster.name, name: registry.name } } as const
  const ofNode = { subject: { kind: 'node', cluster: cluster.name, name: node } } as const
  const kubelet = kubeletEvidence(symptom)
  switch (fault.code) {
    case 'image-name-invalid':
      return { ...ofImage, hop: 'resolve', message: `"${image}" is no image name: ${fault.reason}`, evidence: kubelet }
    case 'pull-policy-never':
      return {
        ...ofImage,
        hop: 'start',
        message: `${image} is not on ${node}, and its imagePullPolicy Never forbids to pull it`,
        evidence: kubelet,
      }
    case 'image-not-pushed':
    case 'image-not-in-registry':
      return { ...ofImage, hop: fault.code === 'image-not-pushed' ? 'push' : 'manifest', ...missingParts(found, fault) }
    case 'image-platform-mismatch':
      return {
        ...ofImage,
        hop: 'manifest',
        message: `${image} is made for ${fault.has.join(', ') || 'no platform'}, and ${node} is ${fault.platform}`,
        evidence: [{ vantage: 'node', asked: `manifest of ${image}`, saw: `platforms ${fault.has.join(', ')}` }, ...kubelet],
        data: { platform: fault.platform },
      }
    case 'registry-content-incomplete': {
      const { of, missing } = fault.content
      return {
        ...ofImage,
        hop: 'blob',
        message: `${registry.name} holds the manifest of ${image}, but ${missing.length} of its ${of} parts ${missing.length === 1 ? 'is' : 'are'} gone or incomplete`,
        evidence: [
          ...missing.map(({ digest, saw }): Evidence => ({ vantage: 'host', asked: `blob ${digest} of ${registry.name}`, saw })),
          ...kubelet,
        ],
        data: { missing: missing.map((one) => one.digest) },
      }
    }
    case 'node-disk-full': {
      const { mountedOn, totalKiB, availableKiB, freeInodes } = fault.disk
      const room = freeInodes === 0 ? 'no inode left' : `${availableKiB} of ${totalKiB} KiB left`
      return {
        ...ofNode,
        hop: 'unpack',
        message: `${mountedOn} on ${node} is full: ${room}`,
        evidence: [
          { vantage: 'node', asked: `room on ${mountedOn}`, saw: room, command: `docker exec ${node} df -h ${mountedOn}` },
          ...kubelet,
        ],
      }
    }
    case 'pull-queue-blocked': {
      const { behind } = fault
      return {
        ...ofNode,
        hop: 'start',
        message: `pulls on ${node} wait behind that of ${behind.container.image}, which has no outcome`,
        evidence: [...kubelet, ...kubeletEvidence(behind)],
        data: { behind: behind.container.image, behindRegistry: behind.registry?.name ?? null },
      }
    }
    case 'registry-auth-required':
    case 'registry-forbids':
    case 'registry-rate-limits':
    case 'registry-server-error':
      return {
        ...ofRegistry,
        hop: 'manifest',
        message: `${registry.name} answers ${fault.status} when ${node} asks for ${image}${often(fault.times)}${secretHint(found)}`,
        evidence: [askedEvidence(fault.pull, node, image), ...kubelet],
      }
    case 'in-cluster-pull-failed':
      return {
        ...ofRegistry,
        qualifier: `${registryHost}:${node}`,
        hop: 'resolve',
        message: `pulls from ${registry.name} fail on ${node}${often(fault.times)}: ${reasonIn(fault.text)}`,
        evidence: [...(fault.pull ? [askedEvidence(fault.pull, node, image)] : []), ...kubelet],
        data: { class: fault.class },
      }
  }
}

/** What an error says after all that wraps it; all of it, where no reason is known in it. */
function reasonIn(text: string): string {
  const error = classifyPullError(text)
  return error.class === 'unknown' ? text : error.detail
}

const often = (times: string | undefined): string => (times === undefined ? '' : ` (in ${times})`)

function secretHint({ fault, symptom: { pod } }: Found): string {
  if (fault.code !== 'registry-auth-required') return ''
  return pod.hasPullSecrets ? ', also with the credentials of the pod' : ', and the pod has no imagePullSecrets'
}

function missingParts(
  { symptom: { container, registry, pod } }: Found,
  { missing, pull }: Extract<PullFault, { readonly missing: unknown }>,
): Omit<Parts, 'subject' | 'hop'> {
  const { image } = container
  const { built, holds, near } = missing
  const kubelet = pull ? [askedEvidence(pull, pod.node ?? '', image)] : []
  const listed: Evidence[] = holds === undefined ? [] : [{ vantage: 'host', asked: `what ${registry.name} holds`, saw: holds }]
  if (built === undefined)
    return {
      message: `${registry.name} does not hold ${image}${holds === undefined ? '' : `; ${holds}`}`,
      evidence: [...kubelet, ...listed],
      data: { near: near ?? null },
    }
  return {
    message: `${image} was not pushed: the Docker engine has it${built === image ? '' : ` as ${built}`}, and ${registry.name} does not`,
    evidence: [...kubelet, { vantage: 'engine', asked: 'its images', saw: built, command: `docker images ${built}` }, ...listed],
    data: { built },
  }
}

/** What the node was answered, request by request. */
function askedEvidence({ attempts, text, why }: NodePull, node: string, image: string): Evidence {
  const answers = attempts.map(
    ({ request, outcome }) => `${request.method} ${request.url}: ${'status' in outcome ? `HTTP ${outcome.status}` : outcome.error}`,
  )
  const saw = [...new Set(answers)].map((one) => {
    const times = answers.filter((other) => other === one).length
    return times > 1 ? `${one} (${times} times)` : one
  })
  return { vantage: 'node', asked: `${image} from ${node}, as containerd asks`, saw: saw.join('; ') || (why ?? text ?? 'no answer') }
}

const kubeletEvidence = ({ pod, container, message }: Pick<Sought, 'pod' | 'container' | 'message'>): Evidence[] =>
  message === undefined
    ? []
    : [{ vantage: 'api', asked: `why pod ${pod.namespace}/${pod.name} waits for ${container.image}`, saw: message }]

/** What the error of the pods hides, as a consequence of what it hides. */
export function maskFinding(cluster: Cluster, { symptom, fault }: Found): Finding | null {
  const { container, registry, pod } = symptom
  const hidden = 'masked' in fault && fault.masked
  const hides = fault.code === 'in-cluster-pull-failed' && fault.hides
  if ((!hidden && !hides) || !('pull' in fault) || fault.pull === undefined) return null
  const text = fault.pull.text ?? symptom.message ?? ''
  return {
    code: 'error-masks-not-found',
    subject: { kind: 'image', cluster: cluster.name, name: container.image },
    hop: 'manifest',
    message: hidden
      ? `the error of the pods does not tell that ${registry.name} answered 404: ${text}`
      : `the error of the pods says "not found", but ${registry.name} was not asked: its mirror fails first`,
    data: { ...factsOf(symptom), hidden },
    evidence: [askedEvidence(fault.pull, pod.node ?? '', container.image)],
  }
}

/** The registry lost what nodes pulled from it: one finding for all images that are missing by it. */
export function lostFinding(cluster: Cluster, { symptom, fault }: Found): Finding | null {
  const lost = 'missing' in fault ? fault.missing.lost : undefined
  if (!lost) return null
  const { registry, registryHost } = symptom
  return {
    code: 'registry-emptied',
    subject: { kind: 'registry', cluster: cluster.name, name: registry.name },
    hop: 'registry',
    message: `${registry.name} has lost what it held: ${lost.node} pulled ${lost.image} from it, and it answers 404 for that now`,
    data: { ...factsOf(symptom), holder: lost.node },
    evidence: [
      {
        vantage: 'node',
        asked: `what ${lost.node} pulled from ${registryHost}`,
        saw: lost.image,
        command: `docker exec ${lost.node} ctr -n k8s.io images ls 'name~="^${registryHost}/"'`,
      },
      { vantage: 'host', asked: `${lost.image} of ${registry.name}`, saw: 'HTTP 404' },
    ],
  }
}
