import type { Endpoint } from '../containerd/endpoints.ts'
import { splitHostPort } from '../containerd/registry-host.ts'
import { isHttpFailure, type ContainerSummary, type Look } from '../model/observation.ts'
import type { Registry } from '../model/topology.ts'
import { isOfCluster } from './cluster-container.ts'
import { innerPort, registryDetail } from './registry-detail.ts'

export type Identity = 'same' | 'other' | 'unknown'

/**
 * Whether what answers the host is this registry's container.
 * @param at `http://host:port` or `https://host:port`
 */
export async function identityAt(look: Look, registry: Registry, at: string): Promise<Identity> {
  return recognise(look, registry, at.replace(/^https?:\/\/|[^a-z0-9]+/g, ''), (word) => knock(look, at, word))
}

/**
 * Whether an endpoint that a node asks under a name that is not known to be this registry's is this registry all the same:
 * host.docker.internal, an address of the host, an entry in /etc/hosts.
 */
export async function identityFrom(look: Look, node: string, registry: Registry, { scheme, host }: Endpoint): Promise<Identity> {
  const name = `${node}-${host}`.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  return recognise(look, registry, name, (word) =>
    look.try('node.trace', { node, image: `${host}/registry-doctor/${word}:none`, ...(scheme === 'http' && { plainHttp: true }) }),
  )
}

/** Whether an address is that of another container of the engine; a node of a cluster may lead on to anything. */
export async function isOtherContainer(look: Look, registry: Registry, hostPort: string): Promise<boolean> {
  const { host } = splitHostPort(hostPort)
  const isMeant = ({ name, networks }: ContainerSummary): boolean =>
    name === host || networks.some(({ address, addressV6 = '' }) => address === host || `[${addressV6}]` === host)
  const found = (await look('docker.containers', {})).find(isMeant)
  return found !== undefined && found.name !== registry.container && !isOfCluster(found)
}

/**
 * A request with a word that nobody else uses, then that word in the container's log. Where it is missing there, a second
 * request straight to the container shows whether the container logs requests at all; without that proof nothing is known.
 */
async function recognise(look: Look, registry: Registry, name: string, ask: (word: string) => Promise<unknown>): Promise<Identity> {
  const detail = await registryDetail(look, registry)
  if (detail === null) return 'unknown'
  const { value } = await look('nonce', {})
  const word = `${value}-${name}`
  const inLog = async (contains: string): Promise<boolean> => {
    const tried = await look.try('docker.logLine', { container: detail.name, contains })
    return tried.ok && tried.answer.line !== null
  }
  await ask(word)
  if (await inLog(word)) return 'same'
  const direct = detail.networks.find((network) => network.address !== '')?.address
  if (direct === undefined) return 'unknown'
  const control = `${value}-control`
  if (isHttpFailure(await knock(look, `http://${direct}:${innerPort(detail)}`, control)) || !(await inLog(control))) return 'unknown'
  // The log is written in order: once the second request is there, the first one is too, or never came.
  return (await inLog(`${word}/`)) ? 'same' : 'other'
}

const knock = (look: Look, at: string, name: string) =>
  look('http', { vantage: 'host', method: 'GET', url: `${at}/v2/registry-doctor/${name}/tags/list` })
