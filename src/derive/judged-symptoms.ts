import { findingId, type Finding } from '../model/finding.ts'
import type { Look, Tried } from '../model/observation.ts'
import type { Cluster, Registry } from '../model/topology.ts'
import { flagFinding } from './flag-finding.ts'
import { pullFault, type Judged, type LocalSymptom, type PullFault } from './pull-fault.ts'
import { lostFinding, maskFinding, pullFinding } from './pull-finding.ts'
import { pullSymptoms, type PullSymptom } from './symptoms.ts'
import { registryByHostName, hostNameFindings } from './host-names.ts'
import { tried } from './tried.ts'

/** A symptom, what state it is in, and what was found from it. */
export interface JudgedSymptom {
  readonly symptom: PullSymptom
  readonly state: Judged['state']
  /** Id of the finding that it leads to; absent where it leads to none. */
  readonly finding?: string
  /** The image that its node pulls first, where that is all that it waits for. */
  readonly behind?: string
}

export interface JudgedSymptoms {
  readonly symptoms: readonly JudgedSymptom[]
  readonly findings: readonly Finding[]
  /** Why a symptom could not be judged, where one could not. */
  readonly unjudged?: Extract<Tried<never>, { ok: false }>
}

/**
 * Every pod of a cluster that cannot get its image, with what was found by asking from its node. Of images from elsewhere
 * nothing is asked, and nothing is found: they are no matter of a local registry.
 * @throws ObservationFailure where the API cannot be asked
 */
export function judgedSymptoms(look: Look, cluster: Cluster, registries: readonly Registry[]): Promise<JudgedSymptoms> {
  return look.once(`judgedSymptoms ${cluster.name}`, async () => {
    const all = await pullSymptoms(look, cluster, registries)
    const judged = await Promise.all(all.filter(isMeantIn(cluster)).map((one) => judge(look, cluster, registries, one, all)))
    const found = judged.filter((one) => one !== null)
    const unjudged = found.find((one) => one.unjudged)?.unjudged
    return {
      symptoms: found.map(({ findings: [first], unjudged: _, ...one }) => ({ ...one, ...(first && { finding: findingId(first) }) })),
      findings: joinFindings(found.flatMap((one) => one.findings)),
      ...(unjudged && { unjudged }),
    }
  })
}

interface Made extends Omit<JudgedSymptom, 'finding'> {
  /** Its own first, then what is found beside it. */
  readonly findings: readonly Finding[]
  readonly unjudged?: NonNullable<JudgedSymptoms['unjudged']>
}

/** Null where nothing is wrong. */
async function judge(
  look: Look,
  cluster: Cluster,
  registries: readonly Registry[],
  one: PullSymptom,
  all: readonly PullSymptom[],
): Promise<Made | null> {
  const symptom = { ...one, registry: one.registry ?? (await registryByHostName(look, registries, one)) }
  if (!isLocal(symptom)) return { symptom, state: 'current', findings: [] }
  const judged = await tried(pullFault(look, cluster, symptom, all))
  if (!judged.ok) return { symptom, state: 'current', findings: [], unjudged: judged }
  if (judged.answer === null) return null
  const { fault, ...known } = judged.answer
  return { symptom, ...known, findings: fault ? await findingsOf(look, cluster, symptom, fault) : [] }
}

async function findingsOf(look: Look, cluster: Cluster, symptom: LocalSymptom, fault: PullFault): Promise<Finding[]> {
  const ofHostName = await hostNameFindings(look, cluster, symptom, fault)
  if (ofHostName.length > 0) return ofHostName
  const found = { symptom, fault }
  const beside = [maskFinding(cluster, found), await flagFinding(look, cluster, found), lostFinding(cluster, found)]
  return [pullFinding(cluster, found), ...beside.filter((finding) => finding !== null)]
}

const isMeantIn =
  ({ podsMeant = {} }: Cluster) =>
  ({ pod }: PullSymptom): boolean =>
    (podsMeant.namespace === undefined || pod.namespace === podsMeant.namespace) &&
    (podsMeant.pod === undefined || pod.name === podsMeant.pod) &&
    (podsMeant.owner === undefined || pod.owner === podsMeant.owner)

const isLocal = (symptom: PullSymptom): symptom is LocalSymptom => symptom.registry !== null

/** Makes one of findings with the same id: with all nodes and images, and the proof of the first. */
export function joinFindings(findings: readonly Finding[]): Finding[] {
  const joined = new Map<string, Finding>()
  for (const finding of findings) {
    const id = findingId(finding)
    const known = joined.get(id)
    joined.set(
      id,
      known
        ? { ...known, data: { ...known.data, nodes: union(known, finding, 'nodes'), images: union(known, finding, 'images') } }
        : finding,
    )
  }
  return [...joined.values()]
}

const union = (a: Finding, b: Finding, key: string): string[] => [...new Set([a, b].flatMap((one) => one.data[key] as string[]))]
