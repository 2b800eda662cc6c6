import { describe, expect, test } from 'vitest'
import { kindRegistry } from './registry.ts'
import { askFromNode, someNodeReaches } from '../../src/derive/ask.ts'
import { absentImage, imageToAsk } from '../../src/derive/image-to-ask.ts'
import { discover } from '../../src/discover/discover.ts'
import { replaySession, type RecordedObservation } from '../../src/engine/session.ts'
import type { Look } from '../../src/model/observation.ts'
import type { Registry } from '../../src/model/topology.ts'
import { everything } from '../checks/check-table.ts'
import { kind, type KindOptions } from '../sessions/kind.ts'
import { containerdVersions, trace, type TraceName } from '../sessions/recorded.ts'

describe.each(containerdVersions)('what containerd %s says when it asks an address', (version) => {
  const rows: { [name in TraceName]?: object } = {
    served: { kind: 'answers', status: 200, isRegistry: true },
    'not-found': { kind: 'answers', status: 404, isRegistry: true },
    unauthorized: { kind: 'answers', status: 401, isRegistry: true },
    'no-registry': { kind: 'answers', status: 404, isRegistry: false },
    refused: { kind: 'fails', error: 'connection-refused', text: expect.stringMatching(/^Head "http:.* connect: connection refused$/) },
    'dns-failure': { kind: 'fails', error: 'dns-failure', text: expect.stringMatching(/lookup kind-registry on .*: no such host$/) },
    'http-answers-https': { kind: 'fails', error: 'http-response-to-https' },
    untrusted: { kind: 'untrusted', text: expect.stringMatching(/x509: /) },
    'bad-ca': { kind: 'fails', error: 'other' },
    hangs: { kind: 'silent', seconds: 5 },
  }
  test.each(Object.entries(rows))('%s', async (name, expected) => {
    const query = { node: 'dev-worker', image: 'kind-registry:5000/lab/hello:1', plainHttp: true }
    const { look } = replaySession([{ kind: 'node.trace', query, answer: trace(name as TraceName, version) as never }])
    expect(await askFromNode(look, 'dev-worker', kindRegistry.address, kindRegistry.scheme, 'lab/hello:1')).toMatchObject(expected)
  })
})

describe('an answer that the dump has lost is told by the final error', () => {
  const url = 'http://kind-registry:5000/v2/lab/hello/manifests/1'
  test.each([
    [`unexpected status from HEAD request to ${url}: 500 Internal Server Error`, { status: 500, isRegistry: false }],
    [`unexpected status from HEAD request to ${url}: 429 Too Many Requests`, { status: 429, isRegistry: false }],
    [`unexpected status from HEAD request to ${url}: 401 Unauthorized`, { status: 401, isRegistry: true }],
    ['kind-registry:5000/lab/hello:1: not found', { status: 404, isRegistry: true }],
  ])('%s', async (error, expected) => {
    const query = { node: 'dev-worker', image: 'kind-registry:5000/lab/hello:1', plainHttp: true }
    const answer = { exitCode: 1, timedOut: false, stdout: '', stderr: `ctr: ${error}\n`, ms: 60 }
    const { look } = replaySession([{ kind: 'node.trace', query, answer }])
    expect(await askFromNode(look, 'dev-worker', kindRegistry.address, kindRegistry.scheme, 'lab/hello:1')).toEqual({
      kind: 'answers',
      ...expected,
    })
  })
})

describe('the image that is asked for', () => {
  const lookAt = (catalog: unknown, tags: unknown = { tags: ['1'] }, base: object = {}): Look => {
    const http = (path: string, body: string): RecordedObservation => ({
      kind: 'http',
      query: { vantage: 'host', method: 'GET', url: `http://127.0.0.1:5001/v2/${path}` },
      answer: { status: 200, headers: { 'docker-distribution-api-version': 'registry/2.0' }, body, ms: 1, ...(path === '' && base) },
    })
    const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
    return replaySession([http('', '{}'), http('_catalog?n=100', text(catalog)), http('lab/hello/tags/list', text(tags))]).look
  }
  const rows: { [name: string]: { look: Look; of?: Partial<Registry>; image: string } } = {
    'is one that the registry holds': { look: lookAt({ repositories: ['lab/hello'] }), image: 'lab/hello:1' },
    'is none that it holds where it holds none': { look: lookAt({ repositories: [] }), image: absentImage },
    'is none where the catalog is off': { look: lookAt('not found'), image: absentImage },
    'is none where the catalog is no list': { look: lookAt({ repositories: 'lab/hello' }), image: absentImage },
    'is none where a repository has no tag': { look: lookAt({ repositories: ['lab/hello'] }, { tags: null }), image: absentImage },
    'is never a name that no registry may have': {
      look: lookAt({ repositories: ['--plain-http', '$(reboot)', 'a b', '../x', 7, 'lab/hello'] }),
      image: 'lab/hello:1',
    },
    'is never a tag that no registry may have': {
      look: lookAt({ repositories: ['lab/hello'] }, { tags: ['-x', '1;reboot'] }),
      image: absentImage,
    },
    'is none of a cache, which would fetch it': {
      look: lookAt({ repositories: ['lab/hello'] }),
      of: { role: 'pull-through-cache' },
      image: absentImage,
    },
    'is none where no registry answers': {
      look: lookAt({ repositories: ['lab/hello'] }, {}, { status: 403, headers: { server: 'AirTunes' }, body: '' }),
      image: absentImage,
    },
  }
  test.each(Object.entries(rows))('%s', async (_name, { look, of = {}, image }) => {
    expect(await imageToAsk(look, { ...kindRegistry, ...of })).toBe(image)
  })
})

describe('whether some node reaches the registry', () => {
  const rows: { [name: string]: { options: KindOptions; reaches: boolean | null } } = {
    'all do': { options: {}, reaches: true },
    'one does': { options: { registry: null, nodes: { worker: { reaches: { 'kind-registry:5000': 'served' } } } }, reaches: true },
    'none does': { options: { registry: null }, reaches: false },
    'what they reach is no registry': { options: { registry: { serves: 'web-page' } }, reaches: false },
    'one does not, the others cannot be asked': {
      options: { registry: null, nodes: { worker: { ctr: { exitCode: 127 } }, worker2: { ctr: { exitCode: 127 } } } },
      reaches: false,
    },
    'none can be asked': { options: { fails: ['node.trace'] }, reaches: null },
    'none runs': { options: { everyNode: { state: 'exited' } }, reaches: null },
  }
  test.each(Object.entries(rows))('%s', async (_name, { options, reaches }) => {
    const { look } = kind(options)
    const { clusters, registries } = await discover(look, everything)
    expect(await someNodeReaches(look, clusters, registries[0]!)).toBe(reaches)
  })
})
