import { describe, expect, test } from 'vitest'
import { engineView } from '../../src/derive/engine-view.ts'
import { identityAt } from '../../src/derive/identity.ts'
import { askBase, describeAnswer, innerPort, isUntrusted } from '../../src/derive/registry-detail.ts'
import { discover } from '../../src/discover/discover.ts'
import type { ContainerDetail, HttpAnswer, HttpFailure } from '../../src/model/observation.ts'
import { everything } from '../checks/check-table.ts'
import { kind, type KindOptions, type Serving } from '../sessions/kind.ts'
import { shapes } from '../sessions/recorded.ts'

describe('what answers at /v2/', () => {
  const rows: { [serving in Serving]: { isRegistry: boolean; url?: string; says: RegExp } } = {
    registry: { isRegistry: true, says: /^HTTP 200, a registry$/ },
    unauthorized: { isRegistry: true, says: /^HTTP 401, a registry$/ },
    tls: { isRegistry: false, url: 'https://127.0.0.1:5001/v2/', says: /self-signed certificate/ },
    'tls-nginx': { isRegistry: false, url: 'https://127.0.0.1:5001/v2/', says: /self-signed certificate/ },
    'tls-silent': { isRegistry: false, url: 'https://127.0.0.1:5001/v2/', says: /self-signed certificate/ },
    'web-page': { isRegistry: false, says: /^HTTP 404, server SimpleHTTP/ },
    airplay: { isRegistry: false, says: /^HTTP 403, server AirTunes/ },
    hangs: { isRegistry: false, says: /^connected, then no answer$/ },
    reset: { isRegistry: false, says: /^ECONNRESET/ },
    refused: { isRegistry: false, says: /^connection refused$/ },
  }
  test.each(Object.entries(rows))('%s', async (serving, { isRegistry, url = 'http://127.0.0.1:5001/v2/', says }) => {
    const base = await askBase(kind({ host: { '127.0.0.1:5001': serving as Serving } }).look, '127.0.0.1:5001')
    expect(base).toMatchObject({ isRegistry, url })
    expect(describeAnswer(base.answer)).toMatch(says)
    expect(isUntrusted(base.answer)).toBe(serving.startsWith('tls'))
  })

  const answer = (status: number, body: string, headers: HttpAnswer['headers'] = {}): HttpAnswer => ({ status, body, headers, ms: 1 })
  test.each<[string, HttpAnswer | HttpFailure, boolean]>([
    ['an empty object without a header', answer(200, '{}\n'), true],
    ['a header alone', answer(200, '', { 'docker-distribution-api-version': 'registry/2.0' }), true],
    ['an error of a registry', answer(503, '', { 'docker-distribution-api-version': 'registry/2.0' }), true],
    ['a challenge', answer(401, '', { 'www-authenticate': 'Basic realm="x"' }), true],
    ['a refusal without a challenge', answer(401, ''), false],
    ['a page', answer(200, '<html></html>'), false],
    ['other JSON', answer(200, '{"ok":true}'), false],
    ['a redirect', answer(301, '', { location: 'https://elsewhere/' }), false],
  ])('%s', async (_name, given, isRegistry) => {
    const { look } = kind({ host: {} })
    const asked = Object.assign(async () => given, { try: look.try, once: look.once }) as never
    expect(await askBase(asked, 'x:1')).toMatchObject({ isRegistry })
  })
})

describe('the port on which a registry listens', () => {
  const detail = (published: ContainerDetail['published'], env: ContainerDetail['env'] = {}): ContainerDetail => ({
    ...shapes.registry,
    published,
    env,
  })
  test.each<[string, ContainerDetail, number]>([
    ['as configured', detail([{ port: 5000 }], { REGISTRY_HTTP_ADDR: '0.0.0.0:8443' }), 8443],
    ['as configured, on all addresses', detail([], { REGISTRY_HTTP_ADDR: ':5005' }), 5005],
    ['a configuration without a port says nothing', detail([{ port: 80 }], { REGISTRY_HTTP_ADDR: 'unix:///run/registry.sock' }), 80],
    ['5000 where it is among the published ones', detail([{ port: 5001 }, { port: 5000 }]), 5000],
    ['the published one where it is another', detail([{ port: 80 }]), 80],
    ['5000 where none is published', detail([]), 5000],
  ])('%s', (_name, given, port) => expect(innerPort(given)).toBe(port))
})

describe('whether it is this registry that answers', () => {
  const rows: { [name: string]: { options: KindOptions; at?: string; identity: 'same' | 'other' | 'unknown' } } = {
    'its log shows the request': { options: {}, identity: 'same' },
    'its log shows the request without the port': { options: { registry: { serves: 'unauthorized' } }, identity: 'same' },
    'its log shows requests, but not this one': { options: { host: { '127.0.0.1:5001': 'registry' } }, identity: 'other' },
    'another on IPv6': { options: { host: { '[::1]:5001': 'registry' } }, at: '[::1]:5001', identity: 'other' },
    'the same on IPv6': {
      options: {
        registry: {
          published: [
            { port: 5000, hostIp: '127.0.0.1', hostPort: 5001 },
            { port: 5000, hostIp: '::', hostPort: 5001 },
          ],
        },
      },
      at: '[::1]:5001',
      identity: 'same',
    },
    'its log shows no requests': { options: { registry: { accessLog: false } }, identity: 'unknown' },
    'its log cannot be read': { options: { fails: ['docker.logLine'] }, identity: 'unknown' },
    'it has stopped': { options: { registry: { state: 'exited' }, host: { '127.0.0.1:5001': 'registry' } }, identity: 'unknown' },
    'it does not answer directly': {
      options: { host: { '127.0.0.1:5001': 'registry', '172.17.0.5:5000': 'refused', '172.18.0.5:5000': 'refused' } },
      identity: 'unknown',
    },
    'it does not answer directly, but its log shows the request': {
      options: { host: { '172.17.0.5:5000': 'refused', '172.18.0.5:5000': 'refused' } },
      identity: 'same',
    },
    'it is no container': { options: { registry: null, host: { '127.0.0.1:5001': 'registry' } }, identity: 'unknown' },
  }
  test.each(Object.entries(rows))('%s', async (_name, { options, at = '127.0.0.1:5001', identity }) => {
    const { look } = kind(options)
    const { registries } = await discover(look, everything)
    expect(await identityAt(look, registries[0]!, `http://${at}`)).toBe(identity)
  })
})

describe('what the engine sees', () => {
  const rows: { [serving in Serving]: boolean } = {
    registry: true,
    unauthorized: true,
    tls: true,
    'tls-nginx': true,
    'tls-silent': true,
    'web-page': false,
    airplay: false,
    hangs: false,
    reset: false,
    refused: false,
  }
  test.each(Object.entries(rows))('%s', async (serving, reaches) => {
    const view = await engineView(kind({ engine: serving as Serving }).look, '127.0.0.1:5001')
    expect(view).toMatchObject({ reaches, image: 'localhost:5001/registry-doctor/absent:none' })
    expect(view.saw).not.toBe('')
  })
})
