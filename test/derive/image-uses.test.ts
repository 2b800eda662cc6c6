import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canOnlyBeLocal, imageUses } from '../../src/derive/image-uses.ts'
import { parseImageReference } from '../../src/containerd/image-reference.ts'

const containers = new Set(['kind-registry', 'registry.dev.local'])

describe('a registry host that can only be of this machine', () => {
  test.each([
    'localhost:5000',
    '127.0.0.1:5001',
    '[::1]:5001',
    'old-reg:5000',
    'k3d-reg.localhost:5000',
    'reg.localhost',
    'registry.dev.local:5000',
  ])('%s', (host) => expect(canOnlyBeLocal(host, containers)).toBe(true))

  test.each(['localhost', 'docker.io', 'ghcr.io', 'nexus.example.com:8083', 'registry.other.local:5000', '10.0.0.5:5000', '12345:5000'])(
    '%s is none',
    (host) => expect(canOnlyBeLocal(host, containers)).toBe(false),
  )

  test('no name of a domain is one', () => {
    const domain = fc.domain().filter((name) => !name.endsWith('.localhost'))
    fc.assert(
      fc.property(domain, fc.option(fc.integer({ min: 1, max: 65_535 })), (name, port) => {
        expect(canOnlyBeLocal(port === null ? name : `${name}:${port}`, containers)).toBe(false)
      }),
    )
  })
})

test('whatever workloads name is kept by its host, or is no name', () => {
  const image = fc.oneof(
    fc.string(),
    fc.constantFrom('old-reg:5000/a:1', 'localhost:5001/b', 'nginx', 'a/b', 'UPPER/x', 'r:5000/x@sha256:1'),
  )
  fc.assert(
    fc.property(fc.array(image), (images) => {
      const all = images.map((one) => ({ name: 'app', kind: 'container' as const, image: one }))
      const uses = imageUses([{ namespace: 'shop', name: 'app', owner: 'deploy/app', containers: all }])
      const kept = [...uses.values()].flat().map((one) => one.container.image)
      expect(kept.toSorted()).toEqual(images.filter((one) => !('error' in parseImageReference(one))).toSorted())
      for (const [host, some] of uses) for (const one of some) expect(one.reference.registryHost).toBe(host)
    }),
  )
})
