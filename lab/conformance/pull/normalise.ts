/** Takes out of a result what differs from run to run: ports of clients, times, and the digests of each row's image. */
import type { TinyImage } from './image.ts'
import type { Result } from './record.ts'

export function normalised({ requests, error }: Result, image: TinyImage): Result {
  const text = (line: string): string =>
    line
      .replaceAll(image.digest, 'MANIFEST')
      .replaceAll(image.config, 'CONFIG')
      .replaceAll(image.layer, 'LAYER')
      .replaceAll(/(?:read|write) tcp (\S+):\d+->/g, 'read tcp $1:PORT->')
      .replaceAll(/current time \S+ is after \S+/g, 'current time NOW is after THEN')
  return { requests: requests.map(text), ...(error !== undefined && { error: text(error) }) }
}
