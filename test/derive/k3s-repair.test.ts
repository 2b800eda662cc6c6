import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { filesOf } from '../../src/containerd/files.ts'
import { repairOf } from '../../src/derive/k3s-repair.ts'
import type { NodeK3s } from '../../src/derive/node-k3s.ts'
import type { RegistryPull } from '../../src/derive/registry-pulls.ts'
import { renderRegistriesYaml } from '../../src/k3s/render.ts'
import { spliced } from '../../src/model/splice.ts'

const path = '/etc/rancher/k3s/registries.yaml'
const root = '/var/lib/rancher/k3s/agent/etc/containerd/certs.d'
const host = 'reg:5000'
const endpoint = `http://${host}`
const secret = '[redacted:0123456789]'

const given = (text: string | null, k3sVersion?: string): [NodeK3s, RegistryPull] => {
  const answer =
    text === null ? ({ absent: true } as const) : { entries: { [path]: { type: 'file', size: 1, sha256: 'of-yaml', text } as const } }
  const yaml = (text ?? '').replaceAll(secret, 'redacted-0123456789')
  const settings = k3sVersion === undefined ? {} : { k3sVersion }
  const k3s = {
    registriesYaml: path,
    text,
    yaml,
    settings,
    rendered: renderRegistriesYaml(yaml, settings),
    startedWithFlag: null,
    files: filesOf([{ path, answer }]),
  }
  const containerd = { path: { path: 'cri', roots: [root] }, files: filesOf([{ path: root, answer: { entries: {} } }]) }
  return [k3s, { registryHost: host, pull: { containerd } } as unknown as RegistryPull]
}

test('registries.yaml and the hosts.toml that k3s makes of it', () => {
  const { put } = repairOf(...given(null), endpoint)
  expect(put).toMatchObject([
    { path, expect: null },
    { path: `${root}/${host}/hosts.toml`, expect: null },
  ])
})

describe('of a file whose secrets were replaced', () => {
  const auth = `configs:\n  "other:5000":\n    auth:\n      username: u\n      password: ${secret}\n`

  test.each([
    ['behind the change', `mirrors:\n  "a:1":\n    endpoint:\n      - http://a:1\n${auth}`],
    ['in front of it', `${auth}mirrors:\n  "a:1":\n    endpoint:\n      - http://a:1\n`],
    ['in front of its end', auth],
  ])('only the lines are told that change, the secret %s', (_where, text) => {
    const { put } = repairOf(...given(text), endpoint)
    const [yaml, hostsToml] = put!
    expect(JSON.stringify(put)).not.toContain('redacted')
    expect(yaml).toMatchObject({ path, expect: 'of-yaml' })
    const real = text.replace(secret, 'S3cret')
    const after = 'splice' in yaml! ? spliced(real, yaml.splice) : ''
    expect(parse(after)).toEqual({ ...parse(real), mirrors: { ...parse(real).mirrors, [host]: { endpoint: [endpoint] } } })
    expect(hostsToml).toMatchObject({ path: `${root}/${host}/hosts.toml` })
  })

  test('nothing is written where the secret stands among the lines that change', () => {
    const text = `mirrors:\n  "https://${host}":\n    endpoint:\n      - http://a\nconfigs:\n  "other:5000":\n    auth:   { password: ${secret} }\n`
    expect(repairOf(...given(text), endpoint)).toEqual({ snippet: expect.stringContaining(host) })
  })

  test('nothing is written where hosts.toml would have it', () => {
    const text = `mirrors:\n  "${host}":\n    endpoint:\n      - ${endpoint}\n      - http://u:${secret}@b:1\n`
    expect(repairOf(...given(text), endpoint).put).toBeUndefined()
  })
})

describe('with a certificate to trust', () => {
  const file = '/etc/rancher/k3s/reg-ca.crt'
  const secure = `https://${host}`

  test.each([
    ['no file', null],
    ['a mirror', `mirrors:\n  "${host}":\n    endpoint:\n      - ${secure}\n`],
    ['the mirror of a name that is led there', `mirrors:\n  "localhost:5001":\n    endpoint:\n      - ${secure}\n`],
    ['another certificate', `configs:\n  "${host}":\n    tls:\n      ca_file: /old.crt\n`],
  ])('both files name it: %s', (_name, text) => {
    const [yaml, hostsToml] = repairOf(...given(text), secure, file).put!
    expect(yaml).toMatchObject({ path, content: expect.stringContaining(`ca_file: ${file}`) })
    expect(hostsToml).toMatchObject({ path: `${root}/${host}/hosts.toml`, content: expect.stringContaining(`ca = ["${file}"]`) })
  })

  test('k3s that writes it into config.toml has to be started again', () => {
    expect(repairOf(...given(null, 'v1.28.5+k3s1'), secure, file)).toMatchObject({ put: [{ path }], needsRestart: true })
  })
})
