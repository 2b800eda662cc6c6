import { identityAt } from '../../derive/identity.ts'
import { engineView } from '../../derive/engine-view.ts'
import { someNodeReaches } from '../../derive/ask.ts'
import { askBase, describeAnswer, isUntrusted, registryDetail, type BaseAnswer } from '../../derive/registry-detail.ts'
import type { Finding } from '../../model/finding.ts'
import { isHttpFailure, type Look } from '../../model/observation.ts'
import type { Cluster, Registry } from '../../model/topology.ts'
import { defineCheck, type Verdict } from '../define-check.ts'

export default defineCheck({
  id: 'host/registry-answers-host',
  per: 'registry',
  title: 'the registry answers on its host port',
  why: 'Images are pushed from the host. What answers there must be a registry, and this one: a port can be held by another program, and `localhost` can be two servers, one on 127.0.0.1 and one on ::1.',
  finds: ['registry-port-not-published', 'registry-not-answering', 'registry-hanging', 'registry-port-conflict'],
  async run(look, { registry, clusters }): Promise<Verdict> {
    if (registry.role === 'pull-through-cache') return { skip: `nothing is pushed to ${registry.name}, a pull-through cache` }
    if (registry.hostAddress === undefined) return notPublished(look, registry)
    const base = await askBase(look, registry.hostAddress)
    if (isHttpFailure(base.answer)) return noAnswer(look, registry, clusters, base)
    if (!base.isRegistry && registry.container === undefined && (await someNodeReaches(look, clusters, registry)) === true)
      return { skip: servedElsewhere(registry) }
    if (!base.isRegistry) return [conflict(registry, base, 'something else than a registry answers there')]
    if ((await identityAt(look, registry, registry.hostAddress)) === 'other')
      return [conflict(registry, base, `another registry than ${registry.container} answers there`)]
    return otherFamily(look, registry)
  },
})

async function notPublished(look: Look, registry: Registry): Promise<Verdict> {
  const detail = await registryDetail(look, registry)
  if (detail === null) return { skip: `where the host reaches ${registry.name} is not known` }
  return [
    {
      code: 'registry-port-not-published',
      subject: { kind: 'registry', name: registry.name },
      hop: 'publish',
      message: `${detail.name} publishes no port on the host, so nothing can be pushed to it from there; pulls are not affected`,
      data: { container: detail.name, image: detail.image },
      evidence: [{ vantage: 'engine', asked: `published ports of ${detail.name}`, saw: 'none', command: `docker port ${detail.name}` }],
    },
  ]
}

/** The host port of what is no container is a guess; a registry that nodes reach is there, wherever it is. */
const servedElsewhere = ({ name, hostAddress }: Registry): string =>
  `nodes reach ${name}, which is no container here and need not be at ${hostAddress}`

async function noAnswer(look: Look, registry: Registry, clusters: readonly Cluster[], base: BaseAnswer): Promise<Verdict> {
  const engine = await engineView(look, registry.hostAddress!)
  if (isUntrusted(base.answer))
    return engine.reaches
      ? []
      : { skip: `${registry.hostAddress} answers with a certificate that this process does not trust: ${describeAnswer(base.answer)}` }
  if (engine.reaches)
    return {
      skip: `the engine reaches ${registry.hostAddress}, this process does not: it runs on another machine or in a container (a devcontainer), where localhost is not the engine's`,
    }
  if (registry.container === undefined && (registry.place === 'elsewhere' || (await someNodeReaches(look, clusters, registry)) === true))
    return { skip: servedElsewhere(registry) }
  const hangs = isHttpFailure(base.answer) && base.answer.error.code === 'TIMEOUT' && base.answer.error.connected
  const saw = describeAnswer(base.answer)
  return [
    {
      code: hangs ? 'registry-hanging' : 'registry-not-answering',
      subject: { kind: 'registry', name: registry.name },
      hop: hangs ? 'registry' : 'publish',
      message: `${registry.hostAddress} does not answer the host: ${saw}`,
      data: { hostAddress: registry.hostAddress!, container: registry.container ?? null, paused: false },
      evidence: [{ vantage: 'host', asked: `GET ${base.url}`, saw, command: `curl -i -m 5 ${base.url}` }],
    },
  ]
}

/** `localhost` is 127.0.0.1 and ::1; which of them a program takes is not in our hands. */
async function otherFamily(look: Look, registry: Registry): Promise<Finding[]> {
  const port = /^127\.0\.0\.1:(\d+)$/.exec(registry.hostAddress!)?.[1]
  if (port === undefined) return []
  const base = await askBase(look, `[::1]:${port}`)
  if (isHttpFailure(base.answer)) return []
  if (base.isRegistry && (await identityAt(look, registry, `[::1]:${port}`)) !== 'other') return []
  return [conflict(registry, base, `localhost:${port} is the registry on 127.0.0.1 and something else on ::1`)]
}

function conflict(registry: Registry, base: BaseAnswer, what: string): Finding {
  return {
    code: 'registry-port-conflict',
    subject: { kind: 'registry', name: registry.name },
    hop: 'publish',
    message: `${registry.hostAddress} is the host port of ${registry.name}, but ${what}`,
    data: { hostAddress: registry.hostAddress!, container: registry.container ?? null },
    evidence: [{ vantage: 'host', asked: `GET ${base.url}`, saw: describeAnswer(base.answer), command: `curl -i ${base.url}` }],
  }
}
