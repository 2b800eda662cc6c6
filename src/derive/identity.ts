import { isHttpFailure, type Look } from '../model/observation.ts'
import type { Registry } from '../model/topology.ts'
import { innerPort, registryDetail } from './registry-detail.ts'

/**
 * Whether what answers at `hostPort` is this registry's container: a request with a word that nobody else uses, then that
 * word in the container's log. Where it is missing there, a second request straight to the container shows whether the
 * container logs requests at all; without that proof the answer is `unknown`.
 */
export async function identityAt(look: Look, registry: Registry, hostPort: string): Promise<'same' | 'other' | 'unknown'> {
  const detail = await registryDetail(look, registry)
  if (detail === null) return 'unknown'
  const { value } = await look('nonce', {})
  const word = `${value}-${hostPort.replace(/[^a-z0-9]+/g, '')}`
  const inLog = async (contains: string): Promise<boolean> => {
    const tried = await look.try('docker.logLine', { container: detail.name, contains })
    return tried.ok && tried.answer.line !== null
  }
  const knock = (at: string, name: string) =>
    look('http', { vantage: 'host', method: 'GET', url: `http://${at}/v2/registry-doctor/${name}/tags/list` })

  await knock(hostPort, word)
  if (await inLog(word)) return 'same'
  const direct = detail.networks.find((network) => network.address !== '')?.address
  if (direct === undefined) return 'unknown'
  const control = `${value}-control`
  if (isHttpFailure(await knock(`${direct}:${innerPort(detail)}`, control)) || !(await inLog(control))) return 'unknown'
  // The log is written in order: once the second request is there, the first one is too, or never came.
  return (await inLog(`${word}/`)) ? 'same' : 'other'
}
