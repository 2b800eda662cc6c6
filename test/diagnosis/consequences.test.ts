import { describe, expect, test } from 'vitest'
import { consequenceOf, rules } from '../../src/diagnosis/consequences.ts'
import { codes, isCode, type Code } from '../../src/model/codes.ts'
import type { Finding } from '../../src/model/finding.ts'
import { atNode, finding, ofCluster, ofRegistry } from './findings.ts'

const stopped = ofRegistry('registry-not-running')
const removed = ofRegistry('registry-not-found')
const hanging = ofRegistry('registry-hanging')
const off = ofRegistry('registry-not-on-network', 'kind-registry', 'dev')
const unpublished = ofRegistry('registry-port-not-published')
const nodeDown = finding('node-not-running', { kind: 'node', cluster: 'dev', name: 'dev-worker' })

/** A pull that fails on a node, as the check of the pods finds it. */
const failedPull = (node = 'dev-worker', registry = 'kind-registry', registryHost = 'localhost:5001'): Finding =>
  finding(
    'in-cluster-pull-failed',
    { kind: 'registry', cluster: 'dev', name: registry },
    { qualifier: `${registryHost}:${node}`, data: { registry, registryHost, nodes: [node] } },
  )
const ofImage = (code: Code, more: Finding['data'] = {}, name = 'localhost:5001/app:1', cluster = 'dev'): Finding =>
  finding(
    code,
    { kind: 'image', cluster, name },
    { data: { registry: 'kind-registry', registryHost: 'localhost:5001', nodes: ['dev-worker'], ...more } },
  )
const emptied = finding(
  'registry-emptied',
  { kind: 'registry', cluster: 'dev', name: 'kind-registry' },
  { data: { registry: 'kind-registry' } },
)
/** A fault of the configuration on some nodes, for one registry host. */
const misled = (nodes: readonly string[], registryHost = 'localhost:5001'): Finding =>
  nodes.length === 1
    ? finding(
        'hosts-toml-missing',
        { kind: 'node', cluster: 'dev', name: nodes[0]! },
        { qualifier: registryHost, data: { registry: 'kind-registry', registryHost, nodes } },
      )
    : finding(
        'hosts-toml-missing',
        { kind: 'cluster', name: 'dev' },
        { qualifier: registryHost, data: { registry: 'kind-registry', registryHost, nodes } },
      )
const blocked = (behindRegistry: string | null): Finding =>
  finding(
    'pull-queue-blocked',
    { kind: 'node', cluster: 'dev', name: 'dev-worker' },
    { data: { registry: 'kind-registry', behindRegistry } },
  )
const criDown = finding('cri-not-available', { kind: 'node', cluster: 'dev', name: 'dev-worker' }, { data: { node: 'dev-worker' } })

/** That no node gets to a registry by the host of some images; of `registry`, where it is a name of that one. */
const unserved = (registry: string | null, asClass: string): Finding =>
  finding(
    'image-host-not-served',
    { kind: 'cluster', name: 'dev' },
    { qualifier: 'old-reg:5000', data: { registry, registryHost: 'old-reg:5000', class: asClass, nodes: ['dev-worker'] } },
  )
const dnsBroken = finding('node-dns-broken', { kind: 'node', cluster: 'dev', name: 'dev-worker' }, { data: { registry: 'kind-registry' } })
const proxied = finding(
  'node-proxy-in-the-way',
  { kind: 'node', cluster: 'dev', name: 'dev-worker' },
  { data: { registry: 'kind-registry' } },
)

/** A registries.yaml that k3s does not start with, on some nodes. */
const refused = (nodes: readonly string[]): Finding =>
  finding(
    'registries-yaml-invalid',
    nodes.length === 1 ? { kind: 'node', cluster: 'dev', name: nodes[0]! } : { kind: 'cluster', name: 'dev' },
    { qualifier: 'k3s', data: { nodes } },
  )
const uselessFlagOf = (image: string): Finding =>
  finding(
    'default-endpoint-flag-ineffective',
    { kind: 'node', cluster: 'dev', name: 'dev-worker' },
    { qualifier: 'localhost:5001', data: { registry: 'kind-registry', registryHost: 'localhost:5001', images: [image] } },
  )

/** By rule: what follows from what, and what does not although it looks like it. */
const table: { [rule: string]: { follows: readonly [Finding, Finding][]; doesNot: { [why: string]: [Finding, Finding] } } } = {
  absentRegistry: {
    follows: [stopped, removed].flatMap((cause): [Finding, Finding][] => [
      [ofRegistry('registry-not-answering'), cause],
      [ofRegistry('registry-port-conflict'), cause],
      [ofRegistry('registry-hanging'), cause],
      [ofRegistry('registry-name-unresolvable', 'kind-registry', 'dev'), cause],
      [ofRegistry('registry-unreachable-from-node', 'kind-registry', 'dev'), cause],
      [atNode('registry-unreachable-from-node', 'dev-worker'), cause],
      [ofCluster('registry-name-unresolvable'), cause],
    ]),
    doesNot: {
      'another registry': [ofRegistry('registry-not-answering', 'other-registry'), stopped],
      'a name that was never its own': [
        finding(
          'registry-name-unresolvable',
          { kind: 'node', cluster: 'dev', name: 'dev-worker' },
          { data: { registry: 'kind-registry', address: 'kind-registri:5000' } },
        ),
        finding(
          'registry-not-running',
          { kind: 'registry', name: 'kind-registry' },
          { data: { names: ['kind-registry', '24695377c50f'] } },
        ),
      ],
      'another registry, seen by a node': [atNode('registry-unreachable-from-node', 'dev-worker', 'other-registry'), stopped],
      'a registry that runs explains nothing': [ofRegistry('registry-not-answering'), ofRegistry('registry-port-conflict')],
      'a configuration that is wrong whether or not it runs': [atNode('hosts-toml-missing', 'dev-worker'), stopped],
      'a stopped container is still on its networks, or not': [off, stopped],
      'a ConfigMap that names another host': [ofCluster('hosting-configmap-wrong'), stopped],
      'a ConfigMap that is missing': [ofCluster('hosting-configmap-missing'), removed],
    },
  },
  hangingRegistry: {
    follows: [
      [ofRegistry('registry-hanging', 'kind-registry', 'dev'), hanging],
      [ofRegistry('registry-not-answering'), hanging],
      [atNode('registry-unreachable-from-node', 'dev-worker'), hanging],
      [ofRegistry('registry-port-conflict'), hanging],
    ],
    doesNot: {
      itself: [hanging, hanging],
      'another registry': [ofRegistry('registry-not-answering', 'other-registry'), hanging],
      'what one cluster sees is not the registry as such': [
        ofRegistry('registry-not-answering'),
        ofRegistry('registry-hanging', 'kind-registry', 'dev'),
      ],
      'a name that does not resolve': [ofRegistry('registry-name-unresolvable', 'kind-registry', 'dev'), hanging],
      'a ConfigMap that names another host': [ofCluster('hosting-configmap-wrong'), hanging],
    },
  },
  offTheNetwork: {
    follows: [
      [ofRegistry('registry-name-unresolvable', 'kind-registry', 'dev'), off],
      [ofRegistry('registry-unreachable-from-node', 'kind-registry', 'dev'), off],
      [atNode('registry-name-unresolvable', 'dev-worker'), off],
      [ofCluster('registry-unreachable-from-node'), off],
    ],
    doesNot: {
      'another cluster': [ofRegistry('registry-name-unresolvable', 'kind-registry', 'other'), off],
      'a node of another cluster': [atNode('registry-name-unresolvable', 'other-worker', 'kind-registry', 'other'), off],
      'another registry': [ofRegistry('registry-name-unresolvable', 'other-registry', 'dev'), off],
      'what the host sees': [ofRegistry('registry-not-answering'), off],
    },
  },
  notPublished: {
    follows: [[ofCluster('hosting-configmap-wrong', 'kind-registry', 'dev', { unanswered: true }), unpublished]],
    doesNot: {
      'a ConfigMap that cannot be read': [ofCluster('hosting-configmap-wrong'), unpublished],
      'another registry': [ofCluster('hosting-configmap-wrong', 'other-registry', 'dev', { unanswered: true }), unpublished],
      'a ConfigMap that is missing': [ofCluster('hosting-configmap-missing'), unpublished],
      'a registry that nodes do not reach': [ofRegistry('registry-unreachable-from-node', 'kind-registry', 'dev'), unpublished],
    },
  },
  brokenWay: {
    follows: [
      [failedPull(), misled(['dev-worker'])],
      [failedPull(), misled(['dev-worker', 'dev-worker2'])],
      [failedPull(), stopped],
      [failedPull(), removed],
      [failedPull(), hanging],
      [failedPull(), off],
      [failedPull(), criDown],
      [failedPull(), nodeDown],
      [failedPull(), atNode('node-dns-broken', 'dev-worker')],
    ],
    doesNot: {
      'another node': [failedPull('dev-worker2'), misled(['dev-worker'])],
      'another registry host': [failedPull(), misled(['dev-worker'], 'kind-registry:5000')],
      'another registry': [failedPull('dev-worker', 'other-registry'), misled(['dev-worker'])],
      'containerd of another node': [failedPull('dev-worker2'), criDown],
      'an image that is not there': [failedPull(), ofImage('image-not-in-registry')],
      'what only the host sees': [failedPull(), ofRegistry('registry-port-conflict')],
      'what the engine does not get to': [failedPull(), ofRegistry('registry-not-answering')],
      'a fault of the configuration follows from no failed pull': [misled(['dev-worker']), failedPull()],
    },
  },
  emptiedRegistry: {
    follows: [
      [ofImage('image-not-in-registry'), emptied],
      [ofImage('image-not-pushed'), emptied],
    ],
    doesNot: {
      'another registry': [ofImage('image-not-in-registry', { registry: 'other-registry' }), emptied],
      'another cluster': [ofImage('image-not-in-registry', {}, 'localhost:5001/app:1', 'other'), emptied],
      'an image whose blobs are gone': [ofImage('registry-content-incomplete'), emptied],
    },
  },
  maskedError: {
    follows: [
      [ofImage('error-masks-not-found', { hidden: true }), ofImage('image-not-in-registry')],
      [ofImage('error-masks-not-found', { hidden: true }), ofImage('image-not-pushed')],
      [ofImage('error-masks-not-found', { hidden: false }), misled(['dev-worker'])],
      [ofImage('error-masks-not-found', { hidden: false }), failedPull()],
    ],
    doesNot: {
      'another image': [ofImage('error-masks-not-found', { hidden: true }), ofImage('image-not-in-registry', {}, 'localhost:5001/other:1')],
      'a way that works': [ofImage('error-masks-not-found', { hidden: true }), misled(['dev-worker'])],
      'an image, where the mirror failed': [ofImage('error-masks-not-found', { hidden: false }), ofImage('image-not-in-registry')],
    },
  },
  blockedQueue: {
    follows: [
      [blocked('kind-registry'), hanging],
      [blocked('kind-registry'), atNode('registry-unreachable-from-node', 'dev-worker')],
    ],
    doesNot: {
      'another registry hangs': [blocked('other-registry'), hanging],
      'an image from elsewhere is in front': [blocked(null), hanging],
      'another node': [blocked('kind-registry'), atNode('registry-unreachable-from-node', 'dev-worker2')],
    },
  },
  refusingRegistry: {
    follows: (['registry-rate-limits', 'registry-server-error', 'registry-forbids', 'registry-auth-required'] as const).map(
      (code): [Finding, Finding] => [ofRegistry('registry-not-answering'), ofRegistry(code, 'kind-registry', 'dev')],
    ),
    doesNot: {
      'another registry': [
        ofRegistry('registry-not-answering', 'other-registry'),
        ofRegistry('registry-rate-limits', 'kind-registry', 'dev'),
      ],
      'what nodes see': [
        ofRegistry('registry-not-answering', 'kind-registry', 'dev'),
        ofRegistry('registry-rate-limits', 'kind-registry', 'dev'),
      ],
    },
  },
  unservedHost: {
    follows: [
      [unserved('kind-registry', 'dns-failure'), stopped],
      [unserved('kind-registry', 'dns-failure'), off],
      [unserved('kind-registry', 'timeout'), hanging],
      [unserved(null, 'dns-failure'), dnsBroken],
      [unserved(null, 'proxy-error'), proxied],
    ],
    doesNot: {
      'another registry has stopped': [unserved('other-registry', 'dns-failure'), stopped],
      'it is no name of a registry': [unserved(null, 'dns-failure'), stopped],
      'nodes lack a mirror for another host': [unserved('kind-registry', 'http-response-to-https'), misled(['dev-worker'])],
      'localhost needs no DNS': [unserved(null, 'connection-refused'), dnsBroken],
      'localhost needs no proxy': [unserved(null, 'connection-refused'), proxied],
      'names do not resolve on another node': [
        unserved(null, 'dns-failure'),
        { ...dnsBroken, subject: { kind: 'node', cluster: 'dev', name: 'dev-worker2' } },
      ],
    },
  },
  refusedStart: {
    follows: [
      [{ ...nodeDown, data: { state: 'restarting' } }, refused(['dev-worker'])],
      [{ ...nodeDown, data: { state: 'exited', exitCode: 1 } }, refused(['dev-worker'])],
      [criDown, refused(['dev-worker'])],
      [criDown, refused(['dev-worker', 'dev-worker2'])],
    ],
    doesNot: {
      'a node that was stopped by hand': [{ ...nodeDown, data: { state: 'exited', exitCode: 137 } }, refused(['dev-worker'])],
      'a paused node': [{ ...nodeDown, data: { state: 'paused', exitCode: 0 } }, refused(['dev-worker'])],
      'another node': [criDown, refused(['dev-worker2'])],
      'the same file elsewhere, which k3s takes': [criDown, { ...refused(['dev-worker']), code: 'registries-yaml-not-applied' }],
    },
  },
  uselessFlag: {
    follows: [
      [uselessFlagOf('localhost:5001/app:1'), ofImage('image-not-in-registry')],
      [uselessFlagOf('localhost:5001/app:1'), ofImage('image-not-pushed')],
    ],
    doesNot: {
      'another image': [uselessFlagOf('localhost:5001/other:1'), ofImage('image-not-in-registry')],
      'another cluster': [uselessFlagOf('localhost:5001/app:1'), ofImage('image-not-in-registry', {}, 'localhost:5001/app:1', 'other')],
      'an image that is there': [uselessFlagOf('localhost:5001/app:1'), ofImage('registry-content-incomplete')],
    },
  },
  stoppedNode: {
    follows: [
      [atNode('registry-unreachable-from-node', 'dev-worker'), nodeDown],
      [atNode('hosts-toml-missing', 'dev-worker'), nodeDown],
    ],
    doesNot: {
      'the file with which it cannot start': [refused(['dev-worker']), nodeDown],
      itself: [nodeDown, nodeDown],
      'another node': [atNode('hosts-toml-missing', 'dev-worker2'), nodeDown],
      'a node of that name in another cluster': [atNode('hosts-toml-missing', 'dev-worker', 'kind-registry', 'other'), nodeDown],
      'the cluster': [ofCluster('registry-unreachable-from-node'), nodeDown],
    },
  },
}

test('every rule has a table', () => expect(Object.keys(table).toSorted()).toEqual(Object.keys(rules).toSorted()))

describe.each(Object.entries(table))('%s', (rule, { follows, doesNot }) => {
  test.each(follows.map(([one, cause]) => [`${one.code} of a ${one.subject.kind}`, cause.code, one, cause] as const))(
    '%s follows from %s',
    (_one, _cause, one, cause) => {
      const because = rules[rule]!(one, cause)
      expect(because).toEqual({ vantage: 'engine', asked: expect.stringContaining(cause.subject.name), saw: expect.stringMatching(/\S/) })
      expect(consequenceOf(one, cause)).not.toBeNull()
    },
  )

  test.each(Object.entries(doesNot))('but not: %s', (_why, [one, cause]) => {
    expect(rules[rule]!(one, cause)).toBeNull()
    expect(consequenceOf(one, cause)).toBeNull()
  })
})

test('a warning never explains an error away', () => {
  const all = Object.keys(codes).filter(isCode)
  const subjects = (code: (typeof all)[number]): Finding[] => [
    ofRegistry(code),
    ofRegistry(code, 'kind-registry', 'dev'),
    atNode(code, 'dev-worker'),
    ofCluster(code, 'kind-registry', 'dev', { unanswered: true }),
  ]
  for (const cause of all.filter((code) => codes[code].severity === 'warning').flatMap(subjects))
    for (const one of all.filter((code) => codes[code].severity === 'error').flatMap(subjects))
      expect(consequenceOf(one, cause), `${one.code} by ${cause.code}`).toBeNull()
})
