import { describe, expect, test } from 'vitest'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { findingId, type Finding } from '../../src/model/finding.ts'
import { atNode, finding } from './findings.ts'

/** Pulls of a node that fail. */
const pulls = (node: string, { class: asClass = 'short-read', host = 'localhost:5001', registry = 'kind-registry' } = {}): Finding =>
  finding(
    'in-cluster-pull-failed',
    { kind: 'registry', cluster: 'dev', name: registry },
    {
      qualifier: `${host}:${node}`,
      message: `pulls fail on ${node}`,
      data: { registry, registryHost: host, nodes: [node], images: [`${host}/a:1`], class: asClass },
    },
  )
const made = (...found: Finding[]) =>
  diagnose(
    found.map((one) => ({ check: 'a/b', finding: one })),
    new Map([['dev', ['a', 'b', 'c']]]),
  )
const causes = (...found: Finding[]): string[] => made(...found).roots.map((root) => findingId(root.finding))
const joined = 'in-cluster-pull-failed:registry/dev/kind-registry'

describe('pulls that nothing explains', () => {
  test('that fail in one way are one cause, which names every node and image', () => {
    const { roots, findings } = made(pulls('a'), pulls('b'), pulls('b', { host: 'kind-registry:5000' }))
    expect(findings).toHaveLength(1)
    expect(roots).toHaveLength(1)
    const { finding: root } = roots[0]!
    expect(findingId(root)).toBe(joined)
    expect(root.message).toBe('pulls fail on a (the same on b)')
    expect(root.data).toMatchObject({ nodes: ['a', 'b'], images: ['localhost:5001/a:1', 'kind-registry:5000/a:1'] })
  })
  test('each result still finds the finding that it is told in', () => {
    const [first, second] = [pulls('a'), pulls('b')]
    const { became, rootOf } = made(first, second)
    for (const one of [first, second]) expect([became(findingId(one)), rootOf(findingId(one))]).toEqual([joined, joined])
  })
  test('of one node stay as they are', () => expect(causes(pulls('a'))).toEqual([findingId(pulls('a'))]))
  test('that fail in two ways are two causes', () =>
    expect(causes(pulls('a'), pulls('b', { class: 'disk-full' }))).toEqual([pulls('a'), pulls('b')].map(findingId)))
  test('of two registries are two causes', () => expect(causes(pulls('a'), pulls('b', { registry: 'other' }))).toHaveLength(2))
})

test('what explains the pulls of one node explains no other', () => {
  const missing = atNode('hosts-toml-missing', 'a', 'localhost:5001')
  expect(
    causes(
      { ...missing, data: { registry: 'kind-registry', registryHost: 'localhost:5001', nodes: ['a'] } },
      pulls('a'),
      pulls('b'),
      pulls('c'),
    ),
  ).toEqual([findingId(missing), joined])
})
