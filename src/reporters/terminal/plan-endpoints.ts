import type { PullErrorClass } from '../../model/pull-error.ts'
import type { NodePullPlan, PlannedEndpoint, PullAttempt } from '../../model/pull-plan.ts'
import { times, type PlanGroup } from './plan-groups.ts'
import { labelColumns, labelled, type Style } from './style.ts'

/** The endpoints in the order in which containerd tries them, with what each was asked and answered. */
export function endpointLines(group: PlanGroup, style: Style): string[] {
  const { first } = group
  const room = style.columns - labelColumns
  return first.endpoints.flatMap((endpoint, index) => {
    const notes = notesOf(endpoint)
    const head = style.prose(`${endpoint.url}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`, room)
    const below = endpoint.skipped === undefined ? askedOf(group, index, style) : [`skipped: ${endpoint.skipped}`]
    const paint = endpoint.skipped === undefined ? (line: string): string => line : style.paint.dim
    return labelled(style, String(index + 1), [...head.map(paint), ...below.flatMap((text) => style.prose(text, room)).map(paint)])
  })
}

const all = ['pull', 'resolve', 'push']

function notesOf({
  source,
  line,
  scheme,
  httpFallback,
  skipVerify,
  ca,
  client,
  headers,
  dialTimeout,
  capabilities,
}: PlannedEndpoint): string[] {
  return [
    ...(source === 'default' ? ['the default endpoint'] : line === undefined ? [] : [`line ${line}`]),
    ...(httpFallback ? ['HTTP where it speaks no HTTPS'] : []),
    ...(skipVerify && scheme === 'https' ? ['any certificate will do'] : []),
    ...(ca === undefined ? [] : [`trusts ${ca.join(', ')}`]),
    ...(client === undefined ? [] : [`client certificate ${client.map((pair) => pair[0]).join(', ')}`]),
    ...(headers === undefined ? [] : [`sends ${headers.join(', ')}`]),
    ...(dialTimeout === undefined ? [] : [`gives up connecting after ${dialTimeout}`]),
    ...(source !== 'hosts.toml' || all.every((one) => capabilities.includes(one)) ? [] : [`only for ${capabilities.join(', ')}`]),
  ]
}

function askedOf(group: PlanGroup, index: number, style: Style): string[] {
  const { attempts, outcome, endpoints } = group.first
  const asked = attempts.flatMap((attempt, nth) => (attempt.endpoint === index ? [{ attempt, nth }] : []))
  if (asked.length === 0) return attempts.length > 0 || outcome === 'ok' ? ['not asked'] : []
  return asked.map(({ attempt, nth }) => {
    const took = times(group, nth, style.dash)
    return `${attempt.method} ${requestOf(attempt, endpoints[index]!)} ${style.arrow} ${answerOf(attempt)}${took === '' ? '' : `, ${took}`}`
  })
}

/** Without what the endpoint says already. */
const requestOf = ({ url }: PullAttempt, { scheme, host }: PlannedEndpoint): string =>
  url.startsWith(`${scheme}://${host}/`) ? url.slice(`${scheme}://${host}`.length) : url

/** What came back, in a few words. */
export const answerOf = ({ status, error }: PullAttempt): string => (status === undefined ? (error ?? 'nothing') : `HTTP ${status}`)

/** Statuses that an error can be about whose text names no request. */
const statusesOf: { readonly [errorClass in PullErrorClass]?: number } = { 'not-found': 404, unauthorized: 401, forbidden: 403 }

/** The attempt that the error is about: the one that it quotes, else the first that got such an answer. */
export function failedAttempt({ attempts, error }: NodePullPlan): PullAttempt | undefined {
  const text = error?.text ?? ''
  return (
    attempts.find((one) => one.error !== undefined && text.includes(`"${one.url}": ${one.error}`)) ??
    attempts.find((one) => text.includes(one.url)) ??
    attempts.find((one) => error !== undefined && one.status !== undefined && one.status === statusesOf[error.class]) ??
    attempts.at(-1)
  )
}
