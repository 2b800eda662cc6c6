import { statusLine, type GoError } from './attempt.ts'
import { registryMessage } from './registry-message.ts'
import type { Answered, Target } from './requests.ts'
import type { VersionRules } from './version-rules.ts'

/**
 * What containerd says of a status with which it cannot find an image.
 * Source: containerd v1.6.20, v1.7.34 and v2.3.4, core/remotes/docker/resolver.go (Resolve) and core/remotes/errors/errors.go.
 */
export function statusError({ answer, request }: Answered, { kind, object }: Target, rules: VersionRules, unexpected = false): GoError {
  const code = 'Unknown'
  if (rules.statusText === 'pulling') {
    const what = unexpected ? 'failed with unexpected status code' : 'failed with status code'
    return { text: `pulling from host ${request.endpoint.host} ${what} [${kind} ${object}]: ${statusLine(answer)}`, code }
  }
  return { text: `unexpected status from ${request.method} request to ${answer.url ?? request.url}: ${statusLine(answer)}`, code }
}

/**
 * The same of a manifest or blob that it fetches; null where the status is a good one.
 * Source: containerd v1.7.34, remotes/docker/fetcher.go (open); v2.1.4, core/remotes/docker/resolver.go (withErrorCheck) and
 * errcode.go (unexpectedResponseErr).
 */
export function fetchError(sent: Answered, target: Target, rules: VersionRules): GoError | null {
  const { answer, request } = sent
  if (answer.status <= 299) return null
  if (answer.status === 404) return { text: `content at ${request.url} not found: not found`, code: 'NotFound' }
  const message = registryMessage(answer.body ?? '')
  if (rules.fetchStatusText === 'code') {
    const more = message === null ? '' : ` - Server message: ${message}`
    return { text: `unexpected status code ${request.url}: ${statusLine(answer)}${more}`, code: 'Unknown' }
  }
  const { text, code } = statusError(sent, target, rules)
  return { text: message === null ? text : `${text}\n${message}`, code }
}
