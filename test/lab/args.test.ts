import { describe, expect, it } from 'vitest'
import { parseCommand } from '../../lab/args.ts'
import { UsageError } from '../../lab/versions.ts'

const parse = (line: string) => parseCommand(line === '' ? [] : line.split(' '))

describe('lab command line', () => {
  it('leaves out of the options what was not asked for', () => {
    expect(parse('up kind --name a')).toEqual({ command: 'up', options: { name: 'a', images: 'auto' } })
  })

  it('reads every option of up', () => {
    const line =
      'up kind --name a --workers 2 --containerd 1.7 --kubelet 1.31 --event-ttl 60s --no-config-path --no-registry --images lab --kubeconfig f'
    expect(parse(line)).toEqual({
      command: 'up',
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
    ['build', 4],
    ['build --containerd all', 4],
    ['build --containerd 2.1', 1],
    ['build --containerd 2.1 2.2 1.7.34', 3],
    ['build --containerd 2.1,2.1.4 --containerd v2.2.7', 2],
  ])('%s takes %i versions', (line, count) => {
    const command = parse(line)
    expect(command.command === 'build' ? command.options.containerd : []).toHaveLength(count)
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
    ['up --name a', "up needs 'kind'"],
    ['up k4d --name a', "unknown provider 'k4d'; known: kind"],
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
