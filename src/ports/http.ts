import type { HttpAnswer, HttpFailure } from '../model/observation.ts'

/** Plain HTTP requests from the host; never through a proxy. */
export interface HttpReadPort {
  /** @param keep `size`: of the body only how much of it comes */
  request(method: 'GET' | 'HEAD', url: string, keep?: 'size'): Promise<HttpAnswer | HttpFailure>
}
