import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { proxyFor } from '../../src/containerd/go/proxy.ts'

const direct = JSON.parse(readFileSync(new URL('../../fixtures/containerd/no-proxy.json', import.meta.url), 'utf8')) as {
  [noProxy: string]: string[]
}
const urls = direct['*']!
const [, scheme, host] = /^(\w+):\/\/(.*)$/.exec(urls[0]!)!
const asUrl = (url: string): { scheme: string; host: string } => ({ scheme: url.split('://')[0]!, host: url.split('://')[1]! })

describe.each(Object.entries(direct))("NO_PROXY=%s goes where Go's own client goes", (noProxy, expected) => {
  test.each(urls.map((url) => [url] as const))('%s', (url) => {
    const environment = { HTTP_PROXY: 'proxy:3128', HTTPS_PROXY: 'http://secure:3129', NO_PROXY: noProxy }
    const proxy = url.startsWith('https') ? 'http://secure:3129' : 'http://proxy:3128'
    expect(proxyFor(environment, asUrl(url))).toBe(expected.includes(url) ? null : proxy)
  })
})

test.each<[string, { [name: string]: string }, string | null]>([
  ['none is set', {}, null],
  ['lower case counts', { http_proxy: 'http://a:1' }, 'http://a:1'],
  ['upper case counts first', { http_proxy: 'http://a:1', HTTP_PROXY: 'http://b:1' }, 'http://b:1'],
  ['HTTPS_PROXY is none for http', { HTTPS_PROXY: 'http://a:1' }, null],
  ['no_proxy in lower case', { HTTP_PROXY: 'http://a:1', no_proxy: 'kind-registry' }, null],
])('%s', (_name, environment, expected) => {
  expect(proxyFor(environment, { scheme: scheme!, host: host! })).toBe(expected)
})
