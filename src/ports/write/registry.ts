import type { HttpAnswer, HttpFailure } from '../../model/observation.ts'

/** What an effect may ask of a registry's API. */
export interface RegistryWritePort {
  /** @param body with its media type */
  send(
    method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    body?: { readonly type: string; readonly bytes: Uint8Array },
  ): Promise<HttpAnswer | HttpFailure>
}
