import { describe, expect, test } from 'vitest'
import { configFileOf, k3sFlags, type K3sFlags } from '../../src/k3s/flags.ts'

const flag = '--disable-default-registry-endpoint'
const none = { privateRegistry: '/etc/rancher/k3s/registries.yaml' }
const given = { ...none, disableDefaultRegistryEndpoint: true }

describe('what k3s was told of registries', () => {
  test.each<[string, string[], string[], K3sFlags]>([
    ['nothing', ['server', '--tls-san', '0.0.0.0'], [], none],
    ['the flag', ['agent', flag], [], given],
    ['with a value', ['agent', `${flag}=true`], [], given],
    ['off', ['agent', `${flag}=false`], [], { ...none, disableDefaultRegistryEndpoint: false }],
    ['as the annotation writes it', ['agent', flag, 'true'], [], given],
    ['before another word', ['server', flag, '--tls-san', 'x'], [], given],
    ['in config.yaml', ['server'], ['disable-default-registry-endpoint: true\n'], given],
    [
      'in config.yaml, off in config.yaml.d',
      ['server'],
      ['disable-default-registry-endpoint: true', 'disable-default-registry-endpoint: false'],
      { ...none, disableDefaultRegistryEndpoint: false },
    ],
    ['an argument counts more than config.yaml', ['server', flag], ['disable-default-registry-endpoint: false'], given],
    ['another registries.yaml', ['server', '--private-registry', '/r.yaml'], [], { privateRegistry: '/r.yaml' }],
    [
      'another registries.yaml in config.yaml',
      ['server'],
      ['private-registry: /r.yaml\ntls-san: [a, b]\n'],
      { privateRegistry: '/r.yaml' },
    ],
    ['the embedded registry', ['server', '--embedded-registry'], [], { ...none, embeddedRegistry: true }],
    ['a config.yaml that is none', ['server', flag], ['a: [\n'], given],
    ['a config.yaml that is a list', ['server'], ['- a\n'], none],
  ])('%s', (_name, args, files, expected) => {
    expect(k3sFlags(args, files)).toEqual(expected)
  })
})

test.each<[string, string[], { [name: string]: string }, string]>([
  ['by default', ['server'], {}, '/etc/rancher/k3s/config.yaml'],
  ['as an argument says', ['server', '--config', '/c.yaml'], {}, '/c.yaml'],
  ['as the short argument says', ['server', '-c', '/c.yaml'], {}, '/c.yaml'],
  ['the environment counts most', ['server', '--config=/c.yaml'], { K3S_CONFIG_FILE: '/e.yaml' }, '/e.yaml'],
])('the configuration file of k3s: %s', (_name, args, environment, expected) => {
  expect(configFileOf(args, environment)).toBe(expected)
})
