import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseCommand } from '../../lab/args.ts'
import { UsageError } from '../../lab/versions.ts'

const parse = (line: string) => parseCommand(line === '' ? [] : line.split(' '))

describe('lab command line', () => {
  it('leaves out of the options what was not asked for', () => {
    expect(parse('up kind --name a')).toEqual({ command: 'up kind', options: { name: 'a', images: 'auto' } })
    expect(parse('up k3d --name a')).toEqual({ command: 'up k3d', options: { name: 'a', images: 'auto' } })
  })

  it('reads every option of up', () => {
    const line =
      'up kind --name a --workers 2 --containerd 1.7 --kubelet 1.31 --event-ttl 60s --no-config-path --no-registry --images lab --kubeconfig f'
    expect(parse(line)).toEqual({
      command: 'up kind',
      options: {
        name: 'a',
        workers: 2,
        containerd: '1.7.34',
        kubelet: '1.31.0',
        eventTtl: '1m0s',
        configPath: false,
        registry: false,
        images: 'lab',
        kubeconfig: 'f',
      },
    })
  })

  it.each([
    ['--registry-create', { registry: 'create' }],
    ['--no-registry', { registry: 'none' }],
    ['--disable-default-endpoint', { disableDefaultEndpoint: true }],
    ['--disable-default-endpoint --flag-on servers', { disableDefaultEndpoint: true, flagOn: 'servers' }],
    ['--agents 0 --containerd 1.7', { agents: 0, containerd: '1.7.23-k3s2' }],
    ['--registries package.json', { registries: readFileSync('package.json', 'utf8') }],
  ])('up k3d %s', (words, options) => {
    expect(parse(`up k3d --name a ${words}`)).toEqual({ command: 'up k3d', options: { name: 'a', images: 'auto', ...options } })
  })

  it.each([
    ['build', 4, 2],
    ['build --containerd all', 4, 3],
    ['build --containerd 2.1', 1, 0],
    ['build --containerd 2.1 2.2 1.7.34', 3, 0],
    ['build --containerd 2.1,2.1.4 --containerd v2.2.7', 2, 0],
    ['build --containerd 2.1.5-k3s1,2.2', 1, 1],
  ])('%s takes %i versions of kind, %i of k3d', (line, kind, k3d) => {
    const command = parse(line)
    const options = command.command === 'build' ? command.options : undefined
    expect([options?.containerd.length, options?.k3s.length]).toEqual([kind, k3d])
  })

  it.each([
    ['build', undefined],
    ['build --kubelet own', undefined],
    ['build --kubelet v1.31.0', '1.31.0'],
  ])('%s takes another kubelet only where it is asked for', (line, version) => {
    const command = parse(line)
    expect(command.command === 'build' && command.options.kubelet?.version).toBe(version)
  })

  it.each([
    ['', 'no command; known: build, up, down, status'],
    ['upp kind', "unknown command 'upp'; known: build, up, down, status"],
    ['up --name a', "up needs 'kind' or 'k3d'"],
    ['up k4d --name a', "unknown provider 'k4d'; known: kind, k3d"],
    ['up k3d', '--name is missing'],
    ['up k3d --name a.b', "'a.b' is not a name of a cluster"],
    ['up k3d --name a --agents two', "--agents is a number, not 'two'"],
    ['up k3d --name a --workers 1', "Unknown option '--workers'"],
    ['up k3d --name a --flag-on all', '--flag-on goes with --disable-default-endpoint'],
    ['up k3d --name a --disable-default-endpoint --flag-on agents', "--flag-on is all or servers, not 'agents'"],
    ['up k3d --name a --registry-create --no-registry', '--registry-create and --no-registry exclude each other'],
    ['up k3d --name a --registries not-there', "--registries: ENOENT: no such file or directory, open 'not-there'"],
    [
      'up k3d --name a --containerd 2.1.4',
      "unknown containerd version of k3s '2.1.4'; known: 1.7.23-k3s2, 2.0.2-k3s2, 2.1.5-k3s1 (or a minor such as 2.1)",
    ],
    ['up kind', '--name is missing'],
    ['up kind --name A_b', "'A_b' is not a name of a cluster"],
    ['up kind --name a --workers two', "--workers is a number, not 'two'"],
    ['up kind --name a --no-registri', "Unknown option '--no-registri'"],
    ['up kind more --name a', "unexpected argument 'more'"],
    ['up kind --name a --images mine', "--images is one of auto, lab, upstream, not 'mine'"],
    ['up kind --name a --kubelet 1.30', "unknown kubelet version '1.30'; known: 1.31.0 (or 1.31), own (the node image's)"],
    [
      'up kind --name a --kubelet 1.31 --images upstream',
      'published node images have only their own kubelet, not 1.31.0; use --images lab',
    ],
    ['build --kubelet 1.31 --images upstream', 'published node images have only their own kubelet, not 1.31.0; use --images lab'],
    ['up kind --name a --event-ttl 90', "--event-ttl is a duration such as 1m0s, not '90'"],
    ['down', 'down needs --name N, --registry or --engine'],
    ['status now', "unexpected argument 'now'"],
    ['build 2.1', "unexpected argument '2.1'"],
    ['build --containerd 2.9', "unknown containerd version '2.9'; known: 1.7.34, 2.1.4, 2.2.7, 2.3.4 (or a minor such as 2.1)"],
  ])('%j is refused with one line', (line, message) => {
    expect(() => parse(line)).toThrow(new UsageError(message))
  })
})
