import type { Look } from '../model/observation.ts'
import { absentImage } from './image-to-ask.ts'

export interface EngineView {
  /** The image that the engine was asked about. */
  readonly image: string
  readonly reaches: boolean
  readonly saw: string
}

/**
 * Whether the engine itself reaches a registry, as `docker push` would. It asks for an image that is not there; "manifest
 * unknown" proves the way, and so does a refusal for want of credentials. The engine answers 500 where it could not connect,
 * and also where it has no credentials (moby, api/server/router/distribution; measured with 20.10).
 * @param hostPort the registry's address on the host
 */
export async function engineView(look: Look, hostPort: string): Promise<EngineView> {
  const image = `${hostPort.replace(/^127\.0\.0\.1:/, 'localhost:')}/${absentImage}`
  const { status, message = '' } = await look('docker.distribution', { image })
  const wantsCredentials =
    status === 401 || status === 403 || /no basic auth credentials|unauthorized|authentication required|denied/i.test(message)
  const reaches = status === 200 || wantsCredentials || (status === 404 && /unknown|not found/i.test(message))
  return { image, reaches, saw: message || `HTTP ${status}` }
}
