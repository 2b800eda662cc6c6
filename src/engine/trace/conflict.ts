import { askedAt } from '../../derive/registry-detail.ts'
import type { Finding } from '../../model/finding.ts'
import { shortDigest } from '../../model/image-name.ts'
import type { Chain } from './chain.ts'
import { isNotFound, type EngineAnswer } from './engine.ts'
import type { HostAnswer } from './registry.ts'

/** That the engine and the host see different things under one name: then they see different registries. */
export function conflictFinding(chain: Chain, fromEngine: EngineAnswer | null, fromHost: HostAnswer | null): Finding[] {
  const { registry, pushAs } = chain
  if (registry === null || !fromEngine?.ok || !fromHost?.ok) return []
  const { status, digest } = fromEngine.answer
  const host = fromHost.answer
  const byEngine = status === 200 ? (digest ?? 'the image') : isNotFound(fromEngine) ? 'missing' : undefined
  const byHost = host.kind === 'holds' ? (host.image.digest ?? 'the image') : host.kind === 'missing' ? 'missing' : undefined
  if (byEngine === undefined || byHost === undefined || byEngine === byHost) return []
  // Without a digest it is only known that it is there.
  if ([byEngine, byHost].includes('the image') && byEngine !== 'missing' && byHost !== 'missing') return []
  const where = askedAt(registry)?.replace(/^https?:\/\//, '') ?? registry.address
  const told = (saw: string): string => (saw === 'missing' ? 'no such image' : shortDigest(saw))
  return [
    {
      code: 'registry-port-conflict',
      subject: { kind: 'registry', name: registry.name },
      hop: 'publish',
      message: `the Docker engine and this machine see different registries: ${pushAs} is ${told(byEngine)} for the engine, and ${told(byHost)} at ${where}`,
      data: { hostAddress: where, container: registry.container ?? null, registry: registry.name },
      evidence: [
        { vantage: 'engine', asked: `GET /distribution/${pushAs}/json`, saw: byEngine },
        { vantage: 'host', asked: `GET ${host.kind === 'not-asked' ? where : host.url}`, saw: byHost },
      ],
    },
  ]
}
