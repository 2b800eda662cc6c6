import { identityAt } from '../../derive/identity.ts'
import { engineView } from '../../derive/engine-view.ts'
import { someNodeReaches } from '../../derive/ask.ts'
import { portToPublish } from '../../derive/port-to-publish.ts'
import { askBase, askedAt, describeAnswer, innerPort, isUntrusted, registryDetail, type BaseAnswer } from '../../derive/registry-detail.ts'
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
    const where = askedAt(registry)
    if (where === undefined) return notPublished(look, registry, clusters)
    const base = await askBase(look, where)
    if (isHttpFailure(base.answer)) return noAnswer(look, registry, clusters, base)
    if (!base.isRegistry && isGuess(registry) && (await someNodeReaches(look, clusters, registry)) === true)
      return { skip: servedElsewhere(registry) }
    if (!base.isRegistry) return [conflict(registry, base, 'something else than a registry answers there')]
    // On a way that the user names a server of TLS can stand before the registry.
    if ((await identityAt(look, registry, registry.hostUrl === undefined ? `http://${where}` : base.at)) === 'other')
      return [conflict(registry, base, `another registry than ${registry.container} answers there`)]
    return otherFamily(look, registry)
  },
})

async function notPublished(look: Look, registry: Registry, clusters: readonly Cluster[]): Promise<Verdict> {
  const detail = await registryDetail(look, registry)
  if (detail === null) return { skip: `where the host reaches ${registry.name} is not known` }
  return [
    {
      code: 'registry-port-not-published',
      subject: { kind: 'registry', name: registry.name },
      hop: 'publish',
      message: `${detail.name} publishes no port on the host, so nothing can be pushed to it from there; pulls are not affected`,
      data: {
        container: detail.name,
        port: innerPort(detail),
        // What shares the network of the host has no ports to publish.
        hostPort: detail.networks.some((one) => one.name === 'host') ? null : await portToPublish(look, registry, clusters),
      },
      evidence: [{ vantage: 'engine', asked: `published ports of ${detail.name}`, saw: 'none', command: `docker port ${detail.name}` }],
    },
  ]
}

/** The host port of what is no container is a guess; a registry that nodes reach is there, wherever it is. */
const isGuess = ({ container, hostUrl }: Registry): boolean => container === undefined && hostUrl === undefined

const servedElsewhere = ({ name, hostAddress }: Registry): string =>
  `nodes reach ${name}, which is no container here and need not be at ${hostAddress}`

async function noAnswer(look: Look, registry: Registry, clusters: readonly Cluster[], base: BaseAnswer): Promise<Verdict> {
  // What the user names is what has to answer, whoever gets to the registry on another way.
  if (registry.hostUrl !== undefined)
    return isUntrusted(base.answer) ? { skip: notTrusted(registry, base) } : [notAnswering(registry, base)]
  const engine = await engineView(look, registry.hostAddress!)
  if (isUntrusted(base.answer)) return engine.reaches ? [] : { skip: notTrusted(registry, base) }
  if (engine.reaches)
    return {
      skip: `the engine reaches ${registry.hostAddress}, this process does not: it runs on another machine or in a container (a devcontainer), where localhost is not the engine's`,
    }
  if (isGuess(registry) && (registry.place === 'elsewhere' || (await someNodeReaches(look, clusters, registry)) === true))
    return { skip: servedElsewhere(registry) }
  return [notAnswering(registry, base)]
}

const notTrusted = (registry: Registry, { answer }: BaseAnswer): string =>
  `${addressOf(registry)} answers with a certificate that this process does not trust: ${describeAnswer(answer)}`

/** `host:port` where the registry is asked. */
const addressOf = (registry: Registry): string => askedAt(registry)!.replace(/^https?:\/\//, '')

function notAnswering(registry: Registry, base: BaseAnswer): Finding {
  const hangs = isHttpFailure(base.answer) && base.answer.error.code === 'TIMEOUT' && base.answer.error.connected
  const saw = describeAnswer(base.answer)
  return {
    code: hangs ? 'registry-hanging' : 'registry-not-answering',
    subject: { kind: 'registry', name: registry.name },
    hop: hangs ? 'registry' : 'publish',
    message: `${addressOf(registry)} does not answer the host: ${saw}${registry.hostUrl === undefined ? '' : `; it was named as the URL of ${registry.name}`}`,
    data: { hostAddress: addressOf(registry), container: registry.container ?? null, paused: false },
    evidence: [{ vantage: 'host', asked: `GET ${base.url}`, saw, command: `curl -i -m 5 ${base.url}` }],
  }
}

/** `localhost` is 127.0.0.1 and ::1; which of them a program takes is not in our hands. */
async function otherFamily(look: Look, registry: Registry): Promise<Finding[]> {
  const port = /^127\.0\.0\.1:(\d+)$/.exec(askedAt(registry)!)?.[1]
  if (port === undefined) return []
  const base = await askBase(look, `[::1]:${port}`)
  if (isHttpFailure(base.answer)) return []
  if (base.isRegistry && (await identityAt(look, registry, `http://[::1]:${port}`)) !== 'other') return []
  return [conflict(registry, base, `localhost:${port} is the registry on 127.0.0.1 and something else on ::1`)]
}

function conflict(registry: Registry, base: BaseAnswer, what: string): Finding {
  return {
    code: 'registry-port-conflict',
    subject: { kind: 'registry', name: registry.name },
    hop: 'publish',
    message: `${addressOf(registry)} ${registry.hostUrl === undefined ? 'is the host port' : 'was named as the URL'} of ${registry.name}, but ${what}`,
    data: { hostAddress: addressOf(registry), container: registry.container ?? null },
    evidence: [{ vantage: 'host', asked: `GET ${base.url}`, saw: describeAnswer(base.answer), command: `curl -i ${base.url}` }],
  }
}
