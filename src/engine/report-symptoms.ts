import { judgedSymptoms, type JudgedSymptom } from '../derive/judged-symptoms.ts'
import { splitHostPort } from '../containerd/registry-host.ts'
import { kubectlOf } from '../derive/kube.ts'
import { tried } from '../derive/tried.ts'
import { unservedHost } from '../derive/unserved-hosts.ts'
import { findingId } from '../model/finding.ts'
import type { Look } from '../model/observation.ts'
import { pullErrorMeanings } from '../model/pull-error-meanings.ts'
import type { Report } from '../model/report.ts'
import type { Cluster, Registry, Topology } from '../model/topology.ts'

type ReportedSymptom = Report['symptoms'][number]

/**
 * The pods that wait for their image, as the report shows them.
 * @param rootOf the id of the root cause of a finding; undefined for a finding that is not in the report
 */
export async function reportSymptoms(
  look: Look,
  { clusters, registries }: Topology,
  rootOf: (findingId: string) => string | undefined,
): Promise<ReportedSymptom[]> {
  const all = await Promise.all(
    clusters.map(async (cluster) => {
      const own = registries.filter((one) => one.clusters.includes(cluster.name))
      // Why the API could not be asked is what the check says.
      const judged = await tried(judgedSymptoms(look, cluster, own))
      return judged.ok ? judged.answer.symptoms.map((one) => reportSymptom(cluster, own, one, rootOf)) : []
    }),
  )
  return all.flat().toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

function reportSymptom(
  cluster: Cluster,
  registries: readonly Registry[],
  judged: JudgedSymptom,
  rootOf: (findingId: string) => string | undefined,
): ReportedSymptom {
  const { symptom, state, finding } = judged
  const { pod, container, registry, backOffUntil } = symptom
  const rootCause = rootOf(finding ?? unservedId(cluster, judged)) ?? null
  const told = rootCause === null ? explain(cluster, registries, judged) : {}
  return {
    id: `${cluster.name}/${pod.namespace}/${pod.name}/${container.name}`,
    cluster: cluster.name,
    namespace: pod.namespace,
    pod: pod.name,
    container: container.name,
    node: pod.node ?? '',
    image: container.image,
    ...(pod.owner !== undefined && { owner: pod.owner }),
    reason: symptom.reason,
    message: symptom.message,
    class: symptom.error.class,
    state,
    rootCause,
    registry: registry?.name ?? null,
    ...told,
    ...(backOffUntil !== undefined && state !== 'current' && { backOffUntil }),
  }
}

type Told = Pick<ReportedSymptom, 'explanation' | 'command'>

/** What a pod of an image that is of no known registry may wait for: that no node gets to one by its host. */
const unservedId = ({ name }: Cluster, { symptom }: JudgedSymptom): string =>
  symptom.registry === null && symptom.reason !== 'ErrImageNeverPull' ? findingId(unservedHost(name, symptom.registryHost)) : ''

function explain(cluster: Cluster, registries: readonly Registry[], judged: JudgedSymptom): Told {
  return judged.state === 'stale' ? retried(cluster, judged) : { explanation: reasonOf(registries, judged) }
}

/** When the kubelet tries again, and what makes it try at once. */
function retried(cluster: Cluster, { symptom: { pod, backOffUntil } }: JudgedSymptom): Told {
  const when = backOffUntil === undefined ? 'within 5 minutes' : `after ${backOffUntil.slice(11, 19)} UTC`
  const name = `pod ${pod.name} -n ${pod.namespace}`
  const kubectl = kubectlOf(cluster)
  return {
    explanation: `the image can be had now, and the kubelet tries again ${when}`,
    command: pod.owner === undefined ? `${kubectl} get ${name} -o yaml | ${kubectl} replace --force -f -` : `${kubectl} delete ${name}`,
  }
}

function reasonOf(registries: readonly Registry[], { symptom, behind }: JudgedSymptom): string {
  const { registry, registryHost, error } = symptom
  if (behind !== undefined) return `the image can be had now; the kubelet pulls one at a time, and ${behind} comes first`
  const told = symptom.reason === 'Pulling' ? 'its pull has no outcome yet' : pullErrorMeanings[error.class].meaning
  if (registry !== null) return `could not be asked for again; by the words of the kubelet: ${told}`
  const inside = /\.svc(?:\.cluster\.local)?(?::\d+)?$/.test(registryHost)
    ? `; ${registryHost} is a name of the cluster, which nodes do not know`
    : ''
  return `not of a local registry, but of ${registryHost}: ${told}${inside}${withoutPort(registries, symptom.container.image)}`
}

/** A first part without a dot, a port or the name localhost is no host, but a repository of Docker Hub (distribution/reference). */
function withoutPort(registries: readonly Registry[], image: string): string {
  const [first = ''] = image.split('/', 1)
  const meant = registries.find((one) => one.container === first || one.registryHosts.some((host) => splitHostPort(host).host === first))
  if (!meant || /[.:]|^localhost$/.test(first)) return ''
  const named = meant.registryHosts.find((host) => splitHostPort(host).host === first) ?? meant.registryHosts[0]
  return `; "${first}" alone is no host: images of ${meant.name} begin with ${named}/`
}
