import { exchange } from '../http-adapter.ts'
import type { RegistryWritePort } from './registry.ts'

/** A registry through undici. Nothing ends a request but its time limit. */
export function createRegistryWritePort(): RegistryWritePort {
  const never = new AbortController().signal
  return { send: (method, url, body) => exchange({ method, url, ...(body && { body }) }, never) }
}
