import { parseTOML } from 'toml-eslint-parser'
import { describe, expect, it } from 'vitest'
import { configArguments, flagValue, isOn, nodeArgs, nodeEnv, withConfig } from '../../lab/k3s-stand-in/arguments.ts'
import { containerdConfig } from '../../lab/k3s-stand-in/containerd-config.ts'
import { k3sVersions } from '../../lab/versions.ts'

describe('arguments of k3s', () => {
  it.each([
    ['disable-default-registry-endpoint: true', ['--disable-default-registry-endpoint=true']],
    ['tls-san: [a, b]\nv: 2', ['--tls-san=a', '--tls-san=b', '-v=2']],
    ['token:', ['--token=']],
    ['', []],
  ])('%j in config.yaml means %j', (text, args) => {
    expect(configArguments([text])).toEqual(args)
  })

  it('takes the last file’s word, and adds to the earlier ones with +', () => {
    expect(configArguments(['tls-san: a\nnode-name: x', 'tls-san+: [b, c]\nnode-name: y'])).toEqual([
      '--tls-san=a',
      '--tls-san=b',
      '--tls-san=c',
      '--node-name=y',
    ])
    expect(configArguments(['tls-san: [a]', 'tls-san: b'])).toEqual(['--tls-san=b'])
  })

  it('puts those of config.yaml after the command, where the command line’s own outdo them', () => {
    expect(withConfig(['server', '--token', 'x'], ['--a=b'])).toEqual(['server', '--a=b', '--token', 'x'])
    expect(withConfig(['kubectl', 'get'], ['--a=b'])).toEqual(['kubectl', 'get'])
  })

  it.each([
    [['--disable-default-registry-endpoint'], true],
    [['--disable-default-registry-endpoint=true'], true],
    [['--disable-default-registry-endpoint=false'], false],
    [['--disable-default-registry-endpoint', 'false'], true],
    [['--disable-default-registry-endpoint=true', '--disable-default-registry-endpoint=false'], false],
    [['--disable-default-registry-endpoints'], false],
    [[], false],
  ])('%j: on is %s', (args, on) => {
    expect(isOn(args, 'disable-default-registry-endpoint')).toBe(on)
  })

  it.each([
    [['--token', 'a', '--token=b=c'], 'b=c'],
    [['--token', 'a'], 'a'],
    [['--token='], ''],
    [['--tokens', 'a'], undefined],
  ])('%j: the token is %j', (args, value) => {
    expect(flagValue(args, 'token')).toBe(value)
  })

  it('are told on the node, without secrets', () => {
    const args = ['server', '--token=abc', '--tls-san', 'a', '--flag=x=y']
    expect(nodeArgs(args)).toEqual(['server', '--token', '********', '--tls-san', 'a', '--flag', 'x=y'])
    expect(nodeEnv({ K3S_URL: 'https://a', K3S_TOKEN: 'abc', HOME: '/' })).toEqual({ K3S_TOKEN: '********', K3S_URL: 'https://a' })
  })
})

describe('config.toml of k3s', () => {
  const auth = { username: 'u', password: 'p "q"', auth: '', identityToken: 't' }
  const configOf = (version: string) =>
    containerdConfig({ version, pauseImage: 'pause:1', auths: { 'a.example:5000': auth }, restrictOom: false })

  it.each(k3sVersions.map((k) => k.containerd))('is TOML that names certs.d and credentials: containerd %s', (version) => {
    const text = configOf(version)
    expect(() => parseTOML(text)).not.toThrow()
    expect(text).toContain('config_path = "/var/lib/rancher/k3s/agent/etc/containerd/certs.d"')
    expect(text).toMatch(
      /configs\.['"]a\.example:5000['"]\.auth]\n {2}username = "u"\n {2}password = "p \\"q\\""\n {2}identitytoken = "t"\n/,
    )
  })

  it.each([
    ['1.7.23-k3s2', 'version = 2', false],
    ['2.0.2-k3s2', 'version = 3', false],
    ['2.1.5-k3s1', 'version = 3', true],
  ])('containerd %s: %s, pulls in the CRI asked for: %s', (version, line, localPull) => {
    const lines = configOf(version)
      .split('\n')
      .map((one) => one.trim())
    expect(lines).toContain(line)
    expect(lines.includes('use_local_image_pull = true')).toBe(localPull)
  })
})
