import { registryBase } from '../../derive/registry-content.ts'
import { registryHostsOf } from '../../derive/registry-pulls.ts'
import type { SubjectResult } from '../../engine/run-checks.ts'
import type { Cluster, Registry } from '../../model/topology.ts'
import type { Made } from './clean.ts'
import { notPushed, notReached, type NotPushed } from './not-pushed.ts'
import { pushImage } from './push.ts'
import { pushByEngine } from './push-by-engine.ts'
import { imagesOf, type PushedTarget } from './target.ts'
import type { ProbeTools } from './tools.ts'

/** What came of pushing to a registry: the result of `probe/push` and, where all is there, what can be pulled. */
export interface PushTo {
  readonly result: SubjectResult
  readonly target?: PushedTarget
}

/**
 * Pushes the images of a slot to a registry, one for each of its registry hosts.
 * @param made told of each image before it is pushed
 * @throws the signal's reason where it is ended
 */
export async function pushTo(tools: ProbeTools, cluster: Cluster, registry: Registry, slot: number, made: Made): Promise<PushTo> {
  const started = performance.now()
  const ms = (): number => Math.round(performance.now() - started)
  tools.tell({ cluster: cluster.name, text: `pushing to ${registry.name}` })
  const base = await registryBase(tools.look, registry)
  const registryHosts = registryHostsOf(registry, cluster.name)
  if (base === null) {
    const instead = await notReached(tools, registry)
    if (!('byEngine' in instead)) return { result: failedResult(cluster, registry, instead, ms()) }
    const images = await pushByEngine(tools, cluster, { pushHost: instead.byEngine, registry, registryHosts, slot }, made)
    if ('error' in images)
      return {
        result: failedResult(cluster, registry, { blocked: `the engine could not push to ${registry.name}: ${images.error}` }, ms()),
      }
    return pushed(cluster, { registry, images, pushMs: ms() })
  }
  const images = await imagesOf(cluster.name, registryHosts, slot)
  for (const image of images) {
    tools.signal.throwIfAborted()
    made.pushed.push({ base, registry, image: image.image })
    const sent = await pushImage(tools.ports.registry, base, image.image)
    if (!sent.ok) return { result: failedResult(cluster, registry, notPushed(cluster, registry, sent.asked, sent.answer), ms()) }
  }
  return pushed(cluster, { registry, images, pushMs: ms() })
}

function pushed(cluster: Cluster, target: PushedTarget): PushTo {
  const { registry, images, pushMs: ms } = target
  const hops = images.map(({ registryHost }) => ({ registryHost, hop: 'push' as const, status: 'pass' as const, ms }))
  const subject = subjectOf(cluster, registry)
  return { result: { subject, status: 'pass', findings: [], durationMs: ms, timings: { push: ms }, hops }, target }
}

/** Of a registry to which nothing is pushed. */
export const skippedResult = (cluster: Cluster, registry: Registry, reason: string): SubjectResult => ({
  subject: subjectOf(cluster, registry),
  status: 'skip',
  reason,
  findings: [],
  durationMs: 0,
})

const subjectOf = (cluster: Cluster, registry: Registry) => ({ kind: 'registry', cluster: cluster.name, name: registry.name }) as const

function failedResult(cluster: Cluster, registry: Registry, why: NotPushed, durationMs: number): SubjectResult {
  if ('skip' in why) return { ...skippedResult(cluster, registry, why.skip), durationMs }
  const hops = registryHostsOf(registry, cluster.name).map((registryHost) => ({
    registryHost,
    hop: 'push' as const,
    status: 'fail' as const,
  }))
  const base = { subject: subjectOf(cluster, registry), durationMs, hops }
  return 'blocked' in why
    ? { ...base, status: 'blocked', reason: why.blocked, failureCode: 'not-pushed', findings: [] }
    : { ...base, status: 'pass', findings: [why.finding] }
}
