import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseBundle, formatBundle, toBundle } from '../../src/bundle/bundle.ts'
import { checks } from '../../src/checks/index.ts'
import { discover } from '../../src/discover/discover.ts'
import { SelectionError, type Selection } from '../../src/discover/options.ts'
import { registryBaseOf } from '../../src/discover/registry-url.ts'
import { examine } from '../../src/engine/examine.ts'
import { replaySession, type Session } from '../../src/engine/session.ts'
import type { Report } from '../../src/model/report.ts'
import { everything } from '../checks/check-table.ts'
import { comparable } from '../report-contract.ts'
import { certsPath, hostsToml, kind, type KindOptions } from '../sessions/kind.ts'

/** Null where it is refused; anything else that is thrown is a fault. */
function baseOrNull(text: string): string | null {
  try {
    return registryBaseOf(text)
  } catch (error) {
    if (error instanceof SelectionError) return null
    throw error
  }
}

describe('the URL of a registry', () => {
  test.each([
    ['http://localhost:5000/v2/_catalog', 'http://localhost:5000'],
    ['http://host.docker.internal:5000', 'http://host.docker.internal:5000'],
    ['https://registry.test', 'https://registry.test:443'],
    ['http://registry.test/', 'http://registry.test:80'],
    ['HTTP://Registry.TEST:5000?n=1#x', 'http://registry.test:5000'],
    ['http://[::1]:5000/v2/', 'http://[::1]:5000'],
  ])('%s is at %s', (text, base) => expect(registryBaseOf(text)).toBe(base))

  test.each(['', 'localhost:5000', '5000', '//localhost:5000', 'ftp://localhost', 'http://', 'http://localhost:99999', 'unix:///x.sock'])(
    '"%s" is none',
    (text) => expect(() => registryBaseOf(text)).toThrow(SelectionError),
  )

  test('whatever it is, it is refused, or one without path, query and user', () => {
    const url = fc.webUrl({ validSchemes: ['http', 'https'], withQueryParameters: true, withFragments: true })
    fc.assert(
      fc.property(fc.oneof(url, fc.string()), (text) => {
        const base = baseOrNull(text) ?? 'http://localhost:5000'
        expect(base).toMatch(/^https?:\/\/[^/?#@\s]+:\d+$/)
        expect(registryBaseOf(base)).toBe(base)
      }),
    )
  })
})

const hostUrls = async (options: KindOptions, selection: Partial<Selection>): Promise<unknown> =>
  (await discover(kind(options).look, { ...everything, ...selection })).registries.map(({ name, hostUrl }) => [name, hostUrl])

const other: KindOptions = {
  everyNode: { files: { [certsPath('localhost:5002')]: hostsToml('http://other-registry:5000') } },
  containers: [{ name: 'other-registry', published: [{ port: 5000, hostIp: '127.0.0.1', hostPort: 5002 }] }],
}
const cache: KindOptions = {
  everyNode: { files: { [certsPath('docker.io')]: hostsToml('http://hub-cache:5000') } },
  containers: [{ name: 'hub-cache', env: { REGISTRY_PROXY_REMOTEURL: 'https://registry-1.docker.io' } }],
}
const registryUrl = 'http://host.docker.internal:5000'

describe('the registry whose URL it is', () => {
  test('the only one', async () => expect(await hostUrls({}, { registryUrl })).toEqual([['kind-registry', registryUrl]]))

  test('a cache is none', async () =>
    expect(await hostUrls(cache, { registryUrl })).toEqual(
      expect.arrayContaining([
        ['kind-registry', registryUrl],
        ['hub-cache', undefined],
      ]),
    ))

  test('the one that --registry names, of several', async () =>
    expect(await hostUrls(other, { registryUrl, registry: 'localhost:5002' })).toEqual([['other-registry', registryUrl]]))

  test('none of several that could be meant', async () =>
    expect(hostUrls(other, { registryUrl })).rejects.toThrow(
      /^http:\/\/host\.docker\.internal:5000 .*is of one registry, and there are kind-registry, other-registry: say which with --registry HOST:PORT$/,
    ))

  test.each(['http://localhost:5001', 'http://127.0.0.1:5001/v2/'])('what is known is not changed: %s', async (url) =>
    expect(await hostUrls({}, { registryUrl: url })).toEqual([['kind-registry', undefined]]),
  )

  test('there need not be one', async () =>
    expect(
      await hostUrls({ registry: null, configMap: null, everyNode: { files: { '/etc/containerd/certs.d': null } } }, { registryUrl }),
    ).toEqual([]))
})

describe('a bundle that was made with one', () => {
  const selection: Selection = { clusters: [], registryUrl: 'http://172.18.0.5:5000' }
  const judge = (session: Session, chosen: Selection): Promise<Report> =>
    examine(session.look, { selection: chosen, checks, failOn: 'error', mode: 'live' })

  test('is judged as live, and the report tells where the registry was asked', async () => {
    const session = kind({ host: { '127.0.0.1:5001': 'refused' }, engine: 'registry' })
    const live = await judge(session, selection)
    const text = formatBundle(toBundle(live.startedAt, selection, [], session.recorded()))
    const bundle = parseBundle(text)
    expect(comparable(await judge(replaySession(bundle.observations), bundle.selection))).toEqual(comparable(live))
    expect(live).toMatchObject({ exitCode: 0, registries: [{ name: 'kind-registry', hostUrl: 'http://172.18.0.5:5000' }] })
  })
})
