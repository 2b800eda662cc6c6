import { engineView } from '../../derive/engine-view.ts'
import { askedAt, describeAnswer } from '../../derive/registry-detail.ts'
import { tried } from '../../derive/tried.ts'
import type { Finding } from '../../model/finding.ts'
import { isHttpFailure, type HttpAnswer, type HttpFailure } from '../../model/observation.ts'
import type { Cluster, Registry } from '../../model/topology.ts'
import type { ProbeTools } from './tools.ts'

/** What kept an image from the registry: a finding, or why the registry is not probed. */
export type NotPushed = { readonly finding: Finding } | { readonly skip: string } | { readonly blocked: string }

/** What the answer means that ended a push. */
export function notPushed({ name }: Cluster, registry: Registry, asked: string, answer: HttpAnswer | HttpFailure): NotPushed {
  const saw = describeAnswer(answer)
  if (!isHttpFailure(answer) && answer.status === 429)
    return { blocked: `nothing can be pushed: ${registry.name} is asked too often (${saw})` }
  if (!isHttpFailure(answer) && answer.status < 500)
    return answer.status === 401 || answer.status === 403
      ? { skip: `${registry.name} wants credentials for a push (${saw}), which this tool does not have` }
      : { skip: `${registry.name} takes no pushes (${saw})` }
  const isSilent = isHttpFailure(answer) && answer.error.code === 'TIMEOUT' && answer.error.connected
  const code = isSilent ? 'registry-hanging' : isHttpFailure(answer) ? 'registry-not-answering' : 'registry-server-error'
  return {
    finding: {
      code,
      // What is wrong with the registry as such is told of no cluster.
      subject: { kind: 'registry', ...(code === 'registry-server-error' && { cluster: name }), name: registry.name },
      hop: 'push',
      message: `nothing can be pushed to ${registry.name}: ${saw}`,
      data: { registry: registry.name, container: registry.container ?? null, nodes: [], images: [] },
      evidence: [{ vantage: 'host', asked, saw }],
    },
  }
}

/**
 * What is to be done where the registry's API is not reached from here.
 * @returns by which name the engine pushes to it, where that reaches it, or why nothing can be pushed
 */
export async function notReached(
  { look }: Pick<ProbeTools, 'look'>,
  registry: Registry,
): Promise<NotPushed | { readonly byEngine: string }> {
  if (registry.place === 'missing') return { blocked: `nothing can be pushed: nothing serves as ${registry.name}` }
  const { hostAddress } = registry
  if (askedAt(registry) === undefined)
    return { skip: `${registry.name} is not published on the host: nothing can be pushed to it from here` }
  const view = hostAddress === undefined ? null : await tried(engineView(look, hostAddress))
  return view?.ok && view.answer.reaches
    ? { byEngine: view.answer.image.slice(0, view.answer.image.indexOf('/')) }
    : { blocked: `nothing can be pushed: ${registry.name} does not answer at ${askedAt(registry)}` }
}
