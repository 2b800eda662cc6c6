import type { PullErrorClass } from '../model/pull-error.ts'
import { classifyPullError } from './pull-error/classify.ts'

/** What kind of error the resolver ended with, by its text; also where it stands in a message of the kubelet. */
export const resolveErrorClass = (text: string): PullErrorClass => classifyPullError(text).class

const connectionErrors = ['dns-failure', 'connection-refused', 'timeout', 'no-route', 'http-response-to-https', 'proxy-error'] as const

/** Kinds of failure of one request, as far as the way to the registry is concerned. */
export type ConnectionError = (typeof connectionErrors)[number] | 'tls' | 'other'

/** What kind of failure an error text of containerd tells of, as far as the way to the registry is concerned. */
export function connectionError(text: string): ConnectionError {
  const found = resolveErrorClass(text)
  return found.startsWith('tls-') ? 'tls' : (connectionErrors.find((one) => one === found) ?? 'other')
}
