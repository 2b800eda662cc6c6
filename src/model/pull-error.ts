import * as v from 'valibot'

/** Kinds of error with which a pull ends: what to do about one of a kind is the same, whatever its text. */
export const pullErrorClassSchema = v.picklist([
  'connection-refused',
  'dns-failure',
  'timeout',
  'no-route',
  'http-response-to-https',
  'tls-untrusted',
  'tls-hostname',
  'tls-expired',
  'tls-handshake',
  'not-found',
  'platform-mismatch',
  'unauthorized',
  'forbidden',
  'rate-limited',
  'server-error',
  'proxy-error',
  'disk-full',
  'short-read',
  'not-an-image',
  'invalid-name',
  'never-pull',
  'pull-qps',
  'cancelled',
  'cri-unavailable',
  'unknown',
])
export type PullErrorClass = v.InferOutput<typeof pullErrorClassSchema>
