import * as fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { connectionError } from '../../src/containerd/errors.ts'
import { answeredByRegistry, parseTrace, type Trace } from '../../src/containerd/trace.ts'
import { createRedactor } from '../../src/redact/redact.ts'

/** What ctr of each version wrote to its standard error; see fixtures/traces/README.md. */
const folder = new URL('../../fixtures/traces/', import.meta.url)
const recorded = readdirSync(folder).filter((file) => file.endsWith('.txt'))
const versions = [...new Set(recorded.map((file) => file.split('-')[0]!))]
const read = (version: string, what: string): string => readFileSync(new URL(`${version}-${what}.txt`, folder), 'utf8')
const short = (trace: Trace): string[] =>
  trace.attempts.map(
    ({ method, host, path, status, error }) => `${method} ${host}${path} ${status ?? (error && connectionError(error)) ?? 'nothing'}`,
  )

const digest = 'sha256:09ade42fe3e69018a3360bb092265af902f9e7d6013146cf152c82ac3a944707'

describe.each(versions)('ctr %s', (version) => {
  const before2 = version.startsWith('1.')
  test.each<[string, { attempts: string[]; error?: string | undefined }]>([
    ['found', { attempts: [`HEAD 127.0.0.1:15001/v2/app/manifests/1 200`, `GET 127.0.0.1:15001/v2/app/manifests/${digest} 200`] }],
    ['not-found', { attempts: ['HEAD 127.0.0.1:15001/v2/app/manifests/none 404'], error: '127.0.0.1:15001/app:none: not found' }],
    [
      'refused',
      {
        attempts: ['HEAD 127.0.0.1:15003/v2/app/manifests/1 connection-refused'],
        error:
          'failed to do request: Head "http://127.0.0.1:15003/v2/app/manifests/1": dial tcp 127.0.0.1:15003: connect: connection refused',
      },
    ],
    [
      'no-such-host',
      {
        attempts: ['HEAD no-such-registry.invalid:5000/v2/app/manifests/1 dns-failure'],
        error:
          'failed to do request: Head "http://no-such-registry.invalid:5000/v2/app/manifests/1": dial tcp: lookup no-such-registry.invalid on 172.18.0.1:53: no such host',
      },
    ],
    ['hanging', { attempts: ['HEAD 127.0.0.1:15002/v2/app/manifests/1 nothing'] }],
    [
      'http-for-https',
      {
        attempts: [
          'HEAD 127.0.0.1:15001/v2/app/manifests/1?ns=localhost%3A15009 http-response-to-https',
          'HEAD localhost:15009/v2/app/manifests/1 connection-refused',
        ],
        error:
          'failed to do request: Head "https://127.0.0.1:15001/v2/app/manifests/1?ns=localhost%3A15009": http: server gave HTTP response to HTTPS client',
      },
    ],
    [
      'mirror-found',
      {
        attempts: [
          'HEAD 127.0.0.1:15001/v2/app/manifests/1?ns=localhost%3A15009 200',
          `GET 127.0.0.1:15001/v2/app/manifests/${digest}?ns=localhost%3A15009 200`,
        ],
      },
    ],
    [
      // Before 2.0 the 404 of the mirror is hidden by the refusal of the default endpoint.
      'mirror-not-found',
      {
        attempts: [
          'HEAD 127.0.0.1:15001/v2/app/manifests/none?ns=localhost%3A15009 404',
          'HEAD localhost:15009/v2/app/manifests/none connection-refused',
        ],
        error: before2
          ? 'failed to do request: Head "https://localhost:15009/v2/app/manifests/none": dial tcp 127.0.0.1:15009: connect: connection refused'
          : 'localhost:15009/app:none: not found',
      },
    ],
    [
      'mirror-refused',
      {
        attempts: [
          'HEAD 127.0.0.1:15003/v2/app/manifests/1?ns=localhost%3A15009 connection-refused',
          'HEAD localhost:15009/v2/app/manifests/1 connection-refused',
        ],
        error:
          'failed to do request: Head "http://127.0.0.1:15003/v2/app/manifests/1?ns=localhost%3A15009": dial tcp 127.0.0.1:15003: connect: connection refused',
      },
    ],
    [
      // With headers of its own, ctr 2.x prints each dump twice.
      'mirror-header',
      {
        attempts: [
          'HEAD 127.0.0.1:15001/v2/app/manifests/1?ns=localhost%3A15009 200',
          `GET 127.0.0.1:15001/v2/app/manifests/${digest}?ns=localhost%3A15009 200`,
        ],
      },
    ],
  ])('%s', (what, { attempts, error }) => {
    const trace = parseTrace(read(version, what))
    expect(short(trace)).toEqual(attempts)
    expect(trace.error).toBe(error)
    expect(trace.attempts.map((one) => one.status === undefined || answeredByRegistry(one))).not.toContain(false)
  })
})

const answers = recorded.filter((file) => /found|header/.test(file)).map((file) => readFileSync(new URL(file, folder), 'utf8').split('\n'))
const claims = (lines: readonly string[]): (boolean | null)[] =>
  parseTrace(lines.join('\n')).attempts.flatMap((one) => (one.status === undefined ? [] : [answeredByRegistry(one)]))

test('a dump that ends at any line never says that a registry is none', () => {
  for (const lines of answers)
    for (let count = 0; count <= lines.length; count++) expect(claims(lines.slice(0, count))).not.toContain(false)
})

test('lines of two dumps that are mixed never say that a registry is none', () => {
  const dumpsOf = (lines: readonly string[]): string[][] => {
    const dumps: string[][] = []
    for (const line of lines) {
      if (/msg="(?:HEAD|GET|HTTP)\b/.test(line)) dumps.push([])
      dumps.at(-1)?.push(line)
    }
    return dumps
  }
  fc.assert(
    fc.property(fc.constantFrom(...answers), fc.infiniteStream(fc.nat({ max: 2 })), fc.nat({ max: 40 }), (lines, stream, missing) => {
      const dumps = dumpsOf(lines)
      const mixed: string[] = []
      // A dump begins after the one before it has begun; what each prints then comes in any order among them.
      let begun = 0
      while (dumps.some((one) => one.length > 0)) {
        const pick = stream.next().value
        const open = dumps.slice(0, begun).filter((one) => one.length > 0)
        const from = open[pick] ?? dumps[begun]
        if (from === dumps[begun]) begun++
        const line = (from ?? open[0])?.shift()
        if (line !== undefined) mixed.push(line)
      }
      expect(claims(mixed.slice(0, mixed.length - missing))).not.toContain(false)
    }),
    { numRuns: 500 },
  )
})

test('an answer that is seen to its end and has no mark of a registry is none', () => {
  const line = (msg: string): string => `time="2026-11-21T11:06:18Z" level=info${msg === '' ? '' : ` msg=${JSON.stringify(msg)}`}`
  const dump = ['HEAD /v2/ HTTP/1.1', 'Host: r:5000', '', 'HTTP/1.1 404 Not Found', 'Server: nginx', 'Content-Type: text/html', ''].map(
    line,
  )
  expect(claims(dump)).toEqual([false])
  expect(claims(dump.slice(0, -1))).toEqual([null])
  expect(claims([...dump.slice(0, -1), line('Docker-Distribution-Api-Version: registry/2.0'), line('')])).toEqual([true])
})

test.each<[string, Record<string, string>, number, boolean | null]>([
  ['its version header', { 'docker-distribution-api-version': 'registry/2.0' }, 401, true],
  ['a digest', { 'docker-content-digest': 'sha256:1' }, 200, true],
  ['a token challenge', { 'www-authenticate': 'Bearer realm="x"' }, 401, true],
  ['a basic challenge', { 'www-authenticate': 'basic realm="x"' }, 401, true],
  ['another challenge', { 'www-authenticate': 'Negotiate' }, 401, false],
  ['a manifest', { 'content-type': 'application/vnd.oci.image.index.v1+json' }, 200, true],
  ['a JSON 404', { 'content-type': 'application/json; charset=utf-8' }, 404, true],
  ['a JSON 200', { 'content-type': 'application/json' }, 200, false],
  ['a page', { 'content-type': 'text/html' }, 404, false],
])('an answer with %s', (_what, headers, status, expected) => {
  expect(answeredByRegistry({ method: 'HEAD', host: 'r', path: '/', status, headers, complete: true })).toBe(expected)
})

test('an error of several lines is kept whole', () => {
  expect(parseTrace('time="1" level=info msg="x"\nctr: unexpected status\ntoomanyrequests: slow down\n').error).toBe(
    'unexpected status\ntoomanyrequests: slow down',
  )
})

test('any text is read without a fault, and a log line can not pose as a header of an answer', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom(...answers.flat()))), (lines) => {
      expect(parseTrace(lines.join('\n')).attempts).toBeInstanceOf(Array)
    }),
  )
  expect(parseTrace('level=info msg="HEAD /v2/ HTTP/1.1"\nHTTP/1.1 200 OK').attempts).toEqual([])
})

describe('how long answers took', () => {
  const lines = read('2.1.4', 'mirror-not-found').trimEnd().split('\n')
  const came = (at: (line: string) => number): number[] => {
    let now = 0
    return lines.map((line) => (now += at(line)))
  }
  const lineMs = came((line) => (/HTTP\/1\.1 404/.test(line) ? 7 : /fetch failed|trying next host" error/.test(line) ? 3 : 1))
  const taken = (text: string, times?: readonly number[]): (number | undefined)[] => parseTrace(text, times).attempts.map((one) => one.ms)

  test('from the request to the answer or the error', () => {
    const at = (pattern: RegExp): number => lineMs[lines.findIndex((line) => pattern.test(line))]!
    expect(taken(lines.join('\n'), lineMs)).toEqual([
      at(/HTTP\/1\.1 404/) - at(/HEAD .*ns=/),
      at(/fetch failed/) - at(/HEAD \/v2\/app\/manifests\/none HTTP/),
    ])
  })
  test('with a line end at the end too', () => {
    expect(taken(`${lines.join('\n')}\n`, lineMs)).toEqual(taken(lines.join('\n'), lineMs))
  })
  test('is not known where no times, or those of other lines, were recorded', () => {
    expect(taken(lines.join('\n'))).toEqual([undefined, undefined])
    expect(taken(lines.slice(1).join('\n'), lineMs)).toEqual([undefined, undefined])
  })
  test('is not known of what was never answered', () => {
    const asked = lines.slice(
      0,
      lines.findIndex((line) => line.includes('HTTP/1.1 404')),
    )
    expect(taken(asked.join('\n'), lineMs.slice(0, asked.length))).toEqual([undefined])
  })
})

test.each(recorded.filter((file) => !file.includes('header')))('redaction leaves %s as it is', (file) => {
  const text = readFileSync(new URL(file, folder), 'utf8')
  expect(createRedactor(new Uint8Array(32))(text)).toBe(text)
})

test.each<[string, string]>([
  ['dial tcp: lookup kind-registry on 172.18.0.1:53: no such host', 'dns-failure'],
  ['dial tcp: lookup kind-registry on 172.18.0.1:53: server misbehaving', 'dns-failure'],
  ['dial tcp: lookup r on 10.0.0.1:53: read udp 10.0.0.2:1->10.0.0.1:53: i/o timeout', 'dns-failure'],
  ['dial tcp: lookup r: read udp 10.0.0.2:1->10.0.0.1:53: connection refused', 'dns-failure'],
  ['dial tcp: lookup r: Temporary failure in name resolution', 'dns-failure'],
  ['dial tcp [::1]:5001: connect: connection refused', 'connection-refused'],
  ['dial tcp 10.0.0.1:5000: i/o timeout', 'timeout'],
  ['net/http: TLS handshake timeout', 'timeout'],
  ['net/http: timeout awaiting response headers', 'timeout'],
  ['context deadline exceeded', 'timeout'],
  ['dial tcp 10.0.0.1:5000: connect: no route to host', 'no-route'],
  ['dial tcp [fc00::2]:5000: connect: network is unreachable', 'no-route'],
  ['http: server gave HTTP response to HTTPS client', 'http-response-to-https'],
  ['tls: failed to verify certificate: x509: certificate signed by unknown authority', 'tls'],
  ['x509: certificate is valid for a, not b', 'tls'],
  ['proxyconnect tcp: dial tcp 192.0.2.9:3128: connect: connection refused', 'proxy-error'],
  ['proxyconnect tcp: dial tcp: lookup proxy on 172.18.0.1:53: no such host', 'proxy-error'],
  ['localhost:5001/app:1: not found', 'other'],
  ['', 'other'],
])('%s is %s', (text, expected) => {
  expect(connectionError(text)).toBe(expected)
})
