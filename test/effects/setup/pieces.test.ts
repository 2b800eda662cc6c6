import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { hostingText, isRight } from '../../../src/effects/setup/hosting.ts'
import { lineEdit } from '../../../src/effects/setup/line-edit.ts'
import { registriesYamlFor, registryHostsFor } from '../../../src/effects/setup/registries-yaml.ts'
import { registryNameOf } from '../../../src/effects/setup/registry-name.ts'
import { readHostingConfigMap } from '../../../src/derive/hosting-configmap.ts'
import { discover } from '../../../src/discover/discover.ts'
import type { Provider } from '../../../src/model/report.ts'
import type { Topology } from '../../../src/model/topology.ts'
import { everything } from '../../checks/check-table.ts'
import { kindRegistry } from '../../derive/registry.ts'
import { kind, leadingTo, noCerts, type KindOptions } from '../../sessions/kind.ts'

describe('the name of the registry', () => {
  const nameOn = async (world: KindOptions, registryName?: string): Promise<string> =>
    registryNameOf(await discover(kind(world).look, everything), { ...(registryName !== undefined && { registryName }) })
  const bare: KindOptions = { registry: null, configMap: null, everyNode: noCerts }

  test.each<[string, KindOptions, string | undefined, string]>([
    ['the one that the cluster uses', { registry: { name: 'my-reg' }, everyNode: leadingTo('http://my-reg:5000') }, undefined, 'my-reg'],
    ['the one that it used, and that is gone', { registry: null, everyNode: leadingTo('http://my-reg:5000') }, undefined, 'my-reg'],
    ['that of kind’s documentation', bare, undefined, 'kind-registry'],
    ['the same where only its port is named', { ...bare, configMap: 'host: localhost:5001' }, undefined, 'kind-registry'],
    ['the one that the user says', {}, 'other', 'other'],
  ])('%s', async (_what, world, wanted, expected) => {
    expect(await nameOn(world, wanted)).toBe(expected)
  })

  const topology = (provider: Provider, ...registries: Topology['registries']): Topology => ({
    clusters: [{ provider } as Topology['clusters'][number]],
    registries,
    choices: [],
    gaps: [],
  })

  test('what k3d calls it', () => {
    expect(registryNameOf(topology('k3d'), {})).toBe('k3d-registry')
    expect(registryNameOf({ ...topology('k3d'), clusters: [] }, {}, 'k3d')).toBe('k3d-registry')
  })

  test('of several, and of one that is elsewhere, the user has to speak', () => {
    const [one, two] = [
      { ...kindRegistry, container: 'one' },
      { ...kindRegistry, container: 'two' },
    ]
    expect(() => registryNameOf(topology('kind', one, two), {})).toThrow('the clusters use one and two: say which of them')
    const elsewhere = { ...kindRegistry, place: 'elsewhere', address: '10.0.0.5:5000' } as const
    expect(() => registryNameOf(topology('kind', elsewhere), {})).toThrow('a registry at 10.0.0.5:5000, which is no container')
    expect(registryNameOf(topology('kind', one, { ...two, role: 'pull-through-cache' }), {})).toBe('one')
  })

  test.each(['', '-reg', 'reg_1', 'a/b', '../x', 'reg:5000', 'reg ', 'x'.repeat(64)])('no name: "%s"', (name) => {
    expect(() => registryNameOf(topology('kind'), { registryName: name })).toThrow('is no name')
  })
})

describe('the ConfigMap', () => {
  const registry = { address: 'k3d-registry:5000', port: 5001 }
  const says = (text: string) => readHostingConfigMap({ data: { 'localRegistryHosting.v1': text } })

  test.each<Provider>(['kind', 'k3d'])('what is written for %s is read as right', (provider) => {
    expect(isRight(says(hostingText(provider, registry)), registry)).toBe(true)
  })

  test('k3d tells of the name in the cluster too', () => {
    expect(parse(hostingText('k3d', registry))).toMatchObject({
      host: 'localhost:5001',
      hostFromContainerRuntime: 'k3d-registry:5000',
      hostFromClusterNetwork: 'k3d-registry:5000',
    })
  })

  test.each<[string, string, boolean]>([
    ['the address', 'host: 127.0.0.1:5001', true],
    ['the name with the port of this machine', 'host: k3d-registry:5001', true],
    ['another port', 'host: localhost:5002', false],
    ['nodes that are led to another', 'host: localhost:5001\nhostFromContainerRuntime: other:5000', false],
    ['no host', 'help: x', false],
    ['no YAML', '{', false],
  ])('%s', (_what, text, expected) => {
    expect(isRight(says(text), registry)).toBe(expected)
  })
})

describe('registries.yaml', () => {
  const hosts = registryHostsFor('k3d', 'reg:5000', 5001)

  test('the names of the images', () => {
    expect(hosts).toEqual(['localhost:5001', 'reg:5000', 'reg:5001'])
    expect(registryHostsFor('k3d', 'reg:5000', 5000)).toEqual(['localhost:5000', 'reg:5000'])
    expect(registryHostsFor('kind', 'reg:5000', 5001)).toEqual(['localhost:5001', 'reg:5000'])
  })

  test('an authority stands under the endpoint, beside credentials that are there', () => {
    const before = 'configs:\n  "reg:5000":\n    auth:\n      username: me # mine\n'
    const text = registriesYamlFor(before, hosts, 'reg:5000', 'https://reg:5000', '/ca.crt')!
    expect(text).toContain('# mine')
    expect(parse(text)).toMatchObject({
      mirrors: { 'reg:5001': { endpoint: ['https://reg:5000'] } },
      configs: { 'reg:5000': { auth: { username: 'me' }, tls: { ca_file: '/ca.crt' } } },
    })
  })

  test.each(['- a list\n', 'mirrors: none\n', 'a: [', 'configs: []\n', 'configs:\n  reg:5000: x\n', 'configs:\n  reg:5000:\n    tls: x\n'])(
    'what cannot be added to stays: %j',
    (text) => {
      expect(registriesYamlFor(text, hosts, 'reg:5000', 'https://reg:5000', '/ca.crt')).toBeNull()
    },
  )
})

test('an edit of lines makes the one text of the other', () => {
  const text = fc.array(fc.constantFrom('a', 'b', '', 'c'), { maxLength: 8 }).map((lines) => lines.join('\n'))
  fc.assert(
    fc.property(text, text, (before, after) => {
      const { line, remove, insert } = lineEdit(before, after)
      expect(
        before
          .split('\n')
          .toSpliced(line - 1, remove, ...insert)
          .join('\n'),
      ).toBe(after)
    }),
  )
})
