import { describe, expect, test } from 'vitest'
import { mergeFindings, type CheckedFinding } from '../../src/diagnosis/merge.ts'
import { findingId, type Finding } from '../../src/model/finding.ts'
import { atNode, finding, ofRegistry } from './findings.ts'

const by = (...findings: readonly Finding[]): CheckedFinding[] => findings.map((one) => ({ check: 'group/check', finding: one }))
const nodes = new Map([['dev', ['dev-control-plane', 'dev-worker', 'dev-worker2']]])
const missingOn = (...names: readonly string[]): Finding[] => names.map((name) => atNode('hosts-toml-missing', name, 'localhost:5001'))

const idsOf = (found: readonly CheckedFinding[], judged: ReadonlyMap<string, readonly string[]> = nodes): string[] =>
  mergeFindings(found, judged).findings.map((one) => findingId(one.finding))

describe('the same on every node', () => {
  const all = missingOn('dev-control-plane', 'dev-worker', 'dev-worker2')
  const merged = mergeFindings(by(...all), nodes)

  test('is one fault of the cluster', () => {
    expect(merged.findings.map((one) => findingId(one.finding))).toEqual(['hosts-toml-missing:cluster/dev:localhost:5001'])
    expect(merged.findings[0]!.finding.message).toMatch(/\(the same on all 3 nodes\)$/)
    expect(merged.findings[0]!.check).toBe('group/check')
  })

  test('keeps the facts of each node, for the repair', () => {
    expect(merged.findings[0]!.finding.data).toEqual({
      registry: 'localhost:5001',
      nodes: ['dev-control-plane', 'dev-worker', 'dev-worker2'],
      each: all.map((one) => one.data),
    })
  })

  test('is found again by the ids of its parts', () => {
    expect(Object.fromEntries(merged.became)).toEqual(
      Object.fromEntries(all.map((one) => [findingId(one), 'hosts-toml-missing:cluster/dev:localhost:5001'])),
    )
  })
})

describe('is not one fault', () => {
  const rows: { [name: string]: { found: readonly Finding[]; judged?: ReadonlyMap<string, readonly string[]>; count: number } } = {
    'on two nodes of three': { found: missingOn('dev-worker', 'dev-worker2'), count: 2 },
    'of two registry hosts': {
      found: [...missingOn('dev-control-plane', 'dev-worker'), atNode('hosts-toml-missing', 'dev-worker2', 'other:5000')],
      count: 3,
    },
    'of two codes': {
      found: [...missingOn('dev-control-plane', 'dev-worker'), atNode('config-path-missing', 'dev-worker2', 'localhost:5001')],
      count: 3,
    },
    'in another cluster': {
      found: missingOn('dev-control-plane', 'dev-worker', 'dev-worker2').map((one) => ({
        ...one,
        subject: { ...one.subject, cluster: 'other' },
      })),
      count: 3,
    },
    'of the only node': { found: missingOn('dev-control-plane'), judged: new Map([['dev', ['dev-control-plane']]]), count: 1 },
    'of nodes that have stopped': {
      found: ['dev-control-plane', 'dev-worker', 'dev-worker2'].map((name) =>
        finding('node-not-running', { kind: 'node', cluster: 'dev', name }),
      ),
      count: 3,
    },
    'of registries': { found: [ofRegistry('registry-not-running', 'a'), ofRegistry('registry-not-running', 'b')], count: 2 },
    'nothing at all': { found: [], count: 0 },
  }
  test.each(Object.entries(rows))('%s', (_name, { found, judged, count }) => {
    const merged = mergeFindings(by(...found), judged ?? nodes)
    expect(merged.findings.map((one) => one.finding)).toEqual(found)
    expect(found).toHaveLength(count)
    expect([...merged.became]).toEqual([])
  })
})

test('a node that could not be judged does not count', () => {
  const running = new Map([['dev', ['dev-control-plane', 'dev-worker']]])
  expect(idsOf(by(...missingOn('dev-control-plane', 'dev-worker')), running)).toEqual(['hosts-toml-missing:cluster/dev:localhost:5001'])
})

test('the same finding of two checks is one, with the evidence of both and none twice', () => {
  const first = ofRegistry('registry-not-answering')
  const [shared] = first.evidence
  const more = { vantage: 'host', asked: 'GET /v2/', saw: 'refused' } as const
  const { findings } = mergeFindings(
    [
      { check: 'host/one', finding: first },
      { check: 'engine/two', finding: { ...first, evidence: [shared!, more] } },
    ],
    nodes,
  )
  expect(findings).toEqual([{ check: 'host/one', finding: { ...first, evidence: [shared, more] } }])
})
