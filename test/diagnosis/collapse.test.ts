import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { collapse } from '../../src/diagnosis/collapse.ts'
import { codes, isCode } from '../../src/model/codes.ts'
import { findingId, type Finding } from '../../src/model/finding.ts'
import { atNode, finding, ofCluster, ofRegistry } from './findings.ts'

/** Root causes with what each explains, as ids. */
const shape = (findings: readonly Finding[]): { [root: string]: string[] } =>
  Object.fromEntries(collapse(findings).map((one) => [findingId(one.finding), one.explains.map((two) => findingId(two.finding))]))

describe('causes and consequences', () => {
  const down = finding('node-not-running', { kind: 'node', cluster: 'dev', name: 'dev-worker' })

  test('nothing', () => expect(collapse([])).toEqual([]))

  test('one fault with what it breaks, whatever the order', () => {
    const stopped = ofRegistry('registry-not-running')
    const seen = [ofRegistry('registry-not-answering'), ofRegistry('registry-name-unresolvable', 'kind-registry', 'dev')]
    const expected = {
      'registry-not-running:registry/kind-registry': [
        'registry-name-unresolvable:registry/dev/kind-registry',
        'registry-not-answering:registry/kind-registry',
      ],
    }
    expect(shape([stopped, ...seen])).toEqual(expected)
    expect(shape([...seen.toReversed(), stopped])).toEqual(expected)
  })

  test('two faults stay two', () => {
    expect(shape([ofRegistry('registry-not-running'), atNode('hosts-toml-missing', 'dev-worker2'), down])).toEqual({
      'registry-not-running:registry/kind-registry': [],
      'hosts-toml-missing:node/dev/dev-worker2:kind-registry': [],
      'node-not-running:node/dev/dev-worker': [],
    })
  })

  test('stopped and off the network are two faults, and what both break is told once', () => {
    expect(
      shape([
        ofRegistry('registry-not-running'),
        ofRegistry('registry-not-on-network', 'kind-registry', 'dev'),
        ofRegistry('registry-name-unresolvable', 'kind-registry', 'dev'),
      ]),
    ).toEqual({
      'registry-not-running:registry/kind-registry': ['registry-name-unresolvable:registry/dev/kind-registry'],
      'registry-not-on-network:registry/dev/kind-registry': [],
    })
  })

  test('a consequence of a consequence belongs to the root', () => {
    expect(
      shape([
        ofRegistry('registry-unreachable-from-node', 'kind-registry', 'dev'),
        ofRegistry('registry-hanging'),
        ofRegistry('registry-not-running'),
      ]),
    ).toEqual({
      'registry-not-running:registry/kind-registry': [
        'registry-hanging:registry/kind-registry',
        'registry-unreachable-from-node:registry/dev/kind-registry',
      ],
    })
  })

  test('each consequence says why', () => {
    const [root] = collapse([ofRegistry('registry-not-running'), ofRegistry('registry-not-answering')])
    expect(root!.explains[0]!.because).toEqual({
      vantage: 'engine',
      asked: 'state of kind-registry',
      saw: 'registry-not-running of kind-registry',
    })
  })
})

const names = { registry: fc.constantFrom('kind-registry', 'other-registry'), cluster: fc.constantFrom('dev', 'other') }
const code = fc.constantFrom(...Object.keys(codes).filter(isCode))
const anyFinding = fc.oneof(
  fc
    .tuple(code, names.registry, fc.option(names.cluster, { nil: undefined }))
    .map(([one, name, cluster]) => ofRegistry(one, name, cluster)),
  fc
    .tuple(code, fc.constantFrom('control-plane', 'worker', 'worker2'), names.registry, names.cluster)
    .map(([one, node, registry, cluster]) => atNode(one, `${cluster}-${node}`, registry, cluster)),
  fc
    .tuple(code, names.registry, names.cluster, fc.boolean())
    .map(([one, registry, name, unanswered]) => ofCluster(one, registry, name, { unanswered })),
)
const anyFindings = fc.uniqueArray(anyFinding, { selector: findingId, maxLength: 25 })

describe('whatever was found', () => {
  test('every finding is told exactly once', () => {
    fc.assert(
      fc.property(anyFindings, (findings) => {
        const told = collapse(findings).flatMap((root) => [root.finding, ...root.explains.map((one) => one.finding)])
        expect(told.map(findingId).toSorted()).toEqual(findings.map(findingId).toSorted())
      }),
      { numRuns: 500 },
    )
  })

  test('where there is a finding there is a root cause, and none of them explains another', () => {
    fc.assert(
      fc.property(anyFindings, (findings) => {
        const roots = collapse(findings)
        expect(roots.length > 0).toBe(findings.length > 0)
        expect(collapse(roots.map((one) => one.finding)).map((one) => one.finding)).toEqual(roots.map((one) => one.finding))
      }),
      { numRuns: 500 },
    )
  })

  test('an error is never hidden under a warning', () => {
    fc.assert(
      fc.property(anyFindings, (findings) => {
        const warnings = collapse(findings).filter((one) => codes[one.finding.code].severity === 'warning')
        const hidden = warnings.flatMap((one) => one.explains).filter((one) => codes[one.finding.code].severity === 'error')
        expect(hidden.map((one) => findingId(one.finding))).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  test('the order of what was found does not change which findings are root causes', () => {
    fc.assert(
      fc.property(anyFindings, fc.integer(), (findings, seed) => {
        const shuffled = findings.toSorted((a, b) => hash(findingId(a), seed) - hash(findingId(b), seed))
        const roots = (list: readonly Finding[]): string[] =>
          collapse(list)
            .map((one) => findingId(one.finding))
            .toSorted()
        expect(roots(shuffled)).toEqual(roots(findings))
      }),
      { numRuns: 500 },
    )
  })
})

const hash = (text: string, seed: number): number =>
  Array.from(text, (char) => char.charCodeAt(0)).reduce((sum, char) => Math.imul(sum ^ char, 16777619), seed)
