import type { HttpAnswer, HttpFailure } from '../model/observation.ts'

/** Plain HTTP requests from the host; never through a proxy. */
export interface HttpReadPort {
  request(method: 'GET' | 'HEAD', url: string): Promise<HttpAnswer | HttpFailure>
}
