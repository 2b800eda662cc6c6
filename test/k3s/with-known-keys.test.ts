import { assert, json, oneof, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRegistriesYaml } from '../../src/k3s/registries-yaml.ts'
import { withKnownKeys } from '../../src/k3s/with-known-keys.ts'

describe('keys as k3s knows them', () => {
  test.each([
    ['mirror', 'mirror:\n  a:\n    endpoint: [http://a]\n', 'mirrors:\n  a:\n    endpoint: [ http://a ]\n'],
    ['endpoints', 'mirrors:\n  a:\n    endpoints:\n      - http://a\n', 'mirrors:\n  a:\n    endpoint:\n      - http://a\n'],
    [
      'insecureSkipVerify',
      'configs:\n  # ours\n  a:\n    tls:\n      insecureSkipVerify: true\n',
      'configs:\n  # ours\n  a:\n    tls:\n      insecure_skip_verify: true\n',
    ],
    ['nothing is unknown', 'mirrors:   {}\n', 'mirrors:   {}\n'],
    ['nobody knows what was meant', 'zzz: 1\nmirrors:   {}\n', 'zzz: 1\nmirrors:   {}\n'],
    ['a file that k3s refuses', 'mirrors: [\n', 'mirrors: [\n'],
  ])('%s', (_name, text, expected) => {
    expect(withKnownKeys(text)).toBe(expected)
  })

  test('a key that is there already is not written over', () => {
    const text = 'mirrors: {a: {endpoint: [http://a]}}\nmirror: {b: {endpoint: [http://b]}}\n'
    expect(readRegistriesYaml(withKnownKeys(text))).toMatchObject({ mirrors: { a: {} }, unknownKeys: [{ path: ['mirror'] }] })
  })

  test('any text stays one that k3s takes as it took it before', () => {
    assert(
      property(oneof(string(), json()), (text) => {
        expect(readRegistriesYaml(withKnownKeys(text)).kind).toBe(readRegistriesYaml(text).kind)
      }),
    )
  })
})
