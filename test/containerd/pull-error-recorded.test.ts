import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { connectionError, resolveErrorClass } from '../../src/containerd/errors.ts'
import { classifyPullError } from '../../src/containerd/pull-error/classify.ts'
import type { PullErrorClass } from '../../src/model/pull-error.ts'

const fixtures = new URL('../../fixtures/', import.meta.url)
const recorded = (folder: string): { [key: string]: unknown }[] =>
  readdirSync(new URL(folder, fixtures))
    .filter((name) => /^(?:resolve|pull)-\d/.test(name))
    .map((name) => JSON.parse(readFileSync(new URL(`${folder}${name}`, fixtures), 'utf8')) as { [key: string]: unknown })

/** What resolving, and what pulling, ended with: see the READMEs of the two folders. */
const resolving = recorded('containerd/').flatMap(({ expected, differs }) => Object.values((expected ?? differs ?? {}) as string[]))
const pulling = recorded('conformance/').flatMap(({ results, differs }) => Object.values((results ?? differs ?? {}) as string[][]))
const lastLines = [...resolving.map((line) => line.split('=> ').at(-1)!), ...pulling.flatMap((lines) => lines.at(-1) ?? [])]
const errors = [...new Set(lastLines)].filter((text) => !['ok', 'pulled', 'no end'].includes(text))

/** By how a text ends: what it must be, independent of the order of the tables. */
const ends: readonly (readonly [end: RegExp, PullErrorClass])[] = [
  [/: 5\d\d [A-Z][A-Za-z ]+(?: - Server message: unknown|\nunknown)?$/, 'server-error'],
  [/: 401 Unauthorized$|insufficient_scope: authorization failed$|no basic auth credentials$|anonymous token: TOKEN$/, 'unauthorized'],
  [/: 429 Too Many Requests$|toomanyrequests: slow\n?$/, 'rate-limited'],
  [/: 403 Forbidden(?: - Server message: .*|\n.*|\nerrors:\n[^:]*)?\n?$/, 'forbidden'],
  [/proxyconnect tcp: /, 'proxy-error'],
  [/: connect: connection refused$/, 'connection-refused'],
  [/(?<!resolve hosts): not found$|: 404 Not Found$|: 410 Gone$/, 'not-found'],
  [/HTTP response to HTTPS client$/, 'http-response-to-https'],
  [/unknown authority$/, 'tls-untrusted'],
  [/is valid for \S+, not \S+$/, 'tls-hostname'],
  [/ is after THEN$/, 'tls-expired'],
  [/": (?:Service Unavailable|Bad Gateway)$/, 'proxy-error'],
  [/: no such host$|: server misbehaving$/, 'dns-failure'],
  [/: EOF$|: connection reset by peer$/, 'short-read'],
  [/: context canceled$/, 'cancelled'],
]

/** No class says these: an answer of something that is no registry, or that is meant for other requests; and files of the node. */
const unknown = [
  /: (?:300 Multiple Choices|304 Not Modified|400 Bad Request|405 Method Not Allowed|418 I'm a teapot)$/,
  /no resolve hosts: not found$/,
  /unable to (?:load|read) CA cert "|hosts\.toml: not a directory$/,
]

test('the fixtures hold errors of every kind that is expected', () => {
  expect(errors.length).toBeGreaterThan(400)
  expect(ends.filter(([end]) => !errors.some((text) => end.test(text)))).toEqual([])
})

test('what containerd was seen to say has the class of what happened', () => {
  const wrong = errors.flatMap((text) => {
    const expected = ends.find(([end]) => end.test(text))?.[1]
    const got = classifyPullError(text).class
    return expected === undefined || got === expected ? [] : [{ text, expected, got }]
  })
  expect(wrong).toEqual([])
})

test('what containerd was seen to say is unknown only where that is listed', () => {
  expect(errors.filter((text) => classifyPullError(text).class === 'unknown' && !unknown.some((one) => one.test(text)))).toEqual([])
})

test('what the kubelet puts before an error changes neither its class nor its detail', () => {
  const wraps = [
    (text: string) => `Failed to pull image "app:1": ${text}`,
    (text: string) => `Failed to pull image "app:1": rpc error: code = Unknown desc = ${text}`,
    (text: string) => `spec.containers{app}: Failed to pull image "app:1": ${text}`,
    (text: string) => `(combined from similar events): Failed to pull image "app:1": ${text}`,
    (text: string) => `Back-off pulling image "app:1": ErrImagePull: ${text}`,
  ]
  for (const text of errors) {
    const { class: expected, detail } = classifyPullError(text)
    for (const wrap of wraps) expect(classifyPullError(wrap(text))).toMatchObject({ class: expected, detail })
  }
})

test('the resolver’s errors are of the same tables', () => {
  for (const text of errors) expect(resolveErrorClass(text)).toBe(classifyPullError(text).class)
  expect(connectionError('x509: certificate signed by unknown authority')).toBe('tls')
  expect(connectionError('localhost:5001/app:1: not found')).toBe('other')
})
