import { describe, expect, test } from 'vitest'
import { freePort } from '../../../src/effects/setup/port.ts'
import { kind, type KindOptions } from '../../sessions/kind.ts'
import { machine } from './machine.ts'

const registryOn = (hostPort: number): KindOptions => ({ registry: { published: [{ port: 5000, hostIp: '127.0.0.1', hostPort }] } })
const port = (world: KindOptions, ports: { [port: number]: string }, wanted?: number, first?: number): Promise<number> =>
  freePort(kind(world).look, machine({ ports }), wanted, first)

describe('the port of this machine on which a registry is published', () => {
  test.each<[string, KindOptions, { [port: number]: string }, number | undefined, number | undefined, number]>([
    ['the usual one', { registry: null }, {}, undefined, undefined, 5001],
    ['the next where a container has it', registryOn(5001), {}, undefined, undefined, 5002],
    ['the next that nobody has', registryOn(5002), { 5001: 'node (process 7)', 5003: 'sshd (process 8)' }, undefined, undefined, 5004],
    ['the one by which images go on naming it', { registry: null }, {}, undefined, 5055, 5055],
    ['the usual one where that is taken', { registry: null }, { 5055: 'node (process 7)' }, undefined, 5055, 5001],
    ['the one that is wanted', { registry: null }, {}, 5000, 5055, 5000],
  ])('%s', async (_what, world, ports, wanted, first, expected) => {
    expect(await port(world, ports, wanted, first)).toBe(expected)
  })

  test('one that is wanted and taken is told with who has it: a container by its name, else a program', async () => {
    await expect(port(registryOn(5001), { 5001: 'docker-proxy (process 5)' }, 5001)).rejects.toThrow(/held by container kind-registry:/)
    await expect(port({ registry: null }, { 5000: 'ControlCenter (process 9)' }, 5000)).rejects.toThrow(
      /held by ControlCenter \(process 9\):/,
    )
  })

  test('no port at all is told', async () => {
    const all = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [5000 + index, 'x']))
    await expect(port({ registry: null }, all)).rejects.toThrow('all ports from 5001 to 5020 are in use')
  })

  test('of an engine elsewhere the ports of this machine say nothing', async () => {
    const answers: KindOptions['answers'] = (asked) =>
      asked === 'docker.engine' ? { version: '28.0.0', os: 'linux', endpoint: 'tcp://10.0.0.5:2376' } : undefined
    expect(await port({ registry: null, answers }, { 5001: 'node (process 7)' })).toBe(5001)
  })
})
