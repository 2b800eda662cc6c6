import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filesOf } from '../../src/containerd/files.ts'
import { pullPlan, type PullPlan } from '../../src/containerd/pull-plan.ts'
import { pullSettingsOf } from '../../src/containerd/pull-settings.ts'
import { version } from './certs-d.ts'

/** One version in front of and one behind each line of the rules table. */
// prettier-ignore
const versions = [
  '1.6.8', '1.6.16', '1.6.20', '1.6.24', '1.6.36', '1.7.0', '1.7.6', '1.7.7', '1.7.11', '1.7.15', '1.7.23', '1.7.23-k3s2', '1.7.27', '1.7.31', '1.7.34',
  '2.0.2', '2.0.6', '2.0.7', '2.0.13', '2.1.4', '2.1.5-k3s1', '2.2.0', '2.2.1', '2.2.7', '2.3.4', '2.4.2', '9.9.9',
]

const host = 'localhost:5001'
const directory = `/etc/containerd/certs.d/${host}`

/** A node whose containerd was given these bytes. */
function planOf(containerd: string, hostsToml: Uint8Array, configToml: string): PullPlan {
  const own = version(containerd)
  const { settings } = pullSettingsOf(
    own,
    '/etc/containerd/config.toml',
    (file) => (file === '/etc/containerd/config.toml' ? configToml : null),
    () => ['/etc/containerd/config.toml'],
  )
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(hostsToml)
  const entries = {
    '/etc': { type: 'dir' },
    '/etc/containerd': { type: 'dir' },
    '/etc/containerd/certs.d': { type: 'dir' },
    [directory]: { type: 'dir' },
    [`${directory}/hosts.toml`]: { type: 'file', size: hostsToml.length, sha256: '', text },
  } as const
  const files = filesOf([{ path: '/', answer: { entries } }])
  return pullPlan(own, { configPath: '/etc/containerd/certs.d', ...settings, useLocalImagePull: true }, files, `${host}/app:v1`)
}

const encoder = new TextEncoder()
// prettier-ignore
const words = [
  'server = ', 'host', '[host."http://a:1"]', '[[host', ']', ']]', '[', '{', '}', '=', '"', "'", '"""', "'''", '#', '\n', '\r\n', '\r', '\\', '.', ',', ' ', '\t',
  'capabilities = ["pull"]\n', 'ca = "x.crt"\n', 'client = [["a", "b"]]\n', 'header = {x = "1"}\n', 'skip_verify = true\n', 'override_path', 'dial_timeout = "3s"\n',
  '__proto__', 'constructor', 'toString', '1979-05-27T07:32:00Z', '0x1F', '1e400', '\\u0061', '\\x41', '\uFEFF', '\u{1F98A}', '\uD800', '\u0000',
]
const fromWords = fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((list) => list.join(''))
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fromWords.map((text) => encoder.encode(text)),
  fc
    .tuple(fromWords, fc.uint8Array({ maxLength: 3 }), fromWords)
    .map(([start, raw, end]) => Uint8Array.from([...encoder.encode(start), ...raw, ...encoder.encode(end)])),
)
const configuration = fc.oneof(
  fc.string({ unit: 'binary' }),
  fromWords.map((text) => `version = 2\nimports = ["config.toml"]\n[plugins."io.containerd.grpc.v1.cri".registry]\n${text}`),
)

describe('any bytes as hosts.toml and any text as config.toml', () => {
  it('give one plan, and the same one every time, on every version that the rules tell apart', () => {
    fc.assert(
      fc.property(bytes, configuration, fc.constantFrom(...versions), (hostsToml, configToml, containerd) => {
        const plan = planOf(containerd, hostsToml, configToml)
        const endpoints = plan.kind === 'plan' ? plan.endpoints : null
        const none = endpoints === null || (endpoints.kind === 'endpoints' && endpoints.endpoints.length === 0)
        expect(none).toBe(false)
        expect(planOf(containerd, hostsToml, configToml)).toEqual(plan)
      }),
      { numRuns: 2000 },
    )
  }, 60_000)
})
