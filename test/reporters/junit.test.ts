import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Report } from '../../src/model/report.ts'
import { junit } from '../../src/reporters/junit.ts'
import {
  apiSilent,
  healthy,
  imageNotPushed,
  nodeNotAsked,
  noDocker,
  podsWait,
  registryStopped,
  twoFaults,
  warningOnly,
} from './incidents.ts'
import { blocked, check, cluster, fail, finding, node, options, pass, registry, report, skip, wentWrong } from './reports.ts'
import { all, parseXml, type Parsed } from './xml.ts'

const fixture = (name: string): string => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8')
const written = (given: Report): string =>
  junit(given, options)
    .map(({ text }) => text)
    .join('')
const parsed = (given: Report): Parsed => parseXml(written(given))
const suites = (given: Report): Parsed[] => all(parsed(given), 'testsuite')
const cases = (given: Report): Parsed[] => all(parsed(given), 'testcase')
const of = (...results: Report['checks'][number]['results']): Report => report({ checks: [check('node/a', 'a node is well', ...results)] })

test('the sample report gives the sample document, and its pods before what is wrong', () => {
  const pods = 'pod default/app-7c9d-x2x4k on dev-worker: ImagePullBackOff (localhost:5001/app:1)\n'
  const [before, after] = written(JSON.parse(fixture('sample-report.json'))).split(pods)
  expect(before! + after!).toBe(fixture('sample-junit.xml').trimEnd() + '\n')
})

test.each<[string, Report, { tests: number; failures: number; errors: number; skipped: number }]>([
  ['healthy', healthy, { tests: 4, failures: 0, errors: 0, skipped: 0 }],
  ['one fault', registryStopped, { tests: 6, failures: 2, errors: 0, skipped: 1 }],
  ['two faults', twoFaults, { tests: 8, failures: 5, errors: 0, skipped: 0 }],
  ['warning only', warningOnly, { tests: 5, failures: 0, errors: 0, skipped: 0 }],
  ['blocked', apiSilent, { tests: 8, failures: 0, errors: 4, skipped: 0 }],
  ['nothing judged', noDocker, { tests: 1, failures: 0, errors: 1, skipped: 0 }],
  ['pods that only wait', podsWait, { tests: 5, failures: 0, errors: 0, skipped: 0 }],
])('counts are exact: %s', (_name, given, expected) => {
  const root = parsed(given)
  const sum = (attribute: string): number =>
    all(root, 'testsuite').reduce((total, { attributes }) => total + Number(attributes[attribute]), 0)
  const counted = {
    tests: all(root, 'testcase').length,
    failures: all(root, 'failure').length,
    errors: all(root, 'error').length,
    skipped: all(root, 'skipped').length,
  }
  expect(counted).toEqual(expected)
  expect({ tests: sum('tests'), failures: sum('failures'), errors: sum('errors'), skipped: sum('skipped') }).toEqual(expected)
  const { skipped: _, ...ofRoot } = expected
  expect(root.attributes).toEqual({
    name: 'registry-doctor',
    time: '0.412',
    ...Object.fromEntries(Object.entries(ofRoot).map(([name, n]) => [name, String(n)])),
  })
})

describe('suites and names', () => {
  test('one suite per cluster and group, and one of its own for a registry that clusters share', () => {
    const given = report({
      checks: [
        check('engine/registry-running', 'the registry runs', pass(registry())),
        check('host/registry-answers', 'the registry answers on the host', pass(registry())),
        check('network/attached', 'the registry is attached', pass({ kind: 'registry', cluster: 'dev', name: 'kind-registry' })),
        check('cluster/hosting', 'the cluster tells tools', pass({ kind: 'cluster', name: 'dev' })),
        check('node/config', 'containerd is led to the registry', pass(node('dev-worker'))),
      ],
    })
    expect(suites(given).map(({ attributes }) => attributes['name'])).toEqual([
      'engine registry',
      'kind-dev network',
      'kind-dev cluster',
      'kind-dev node',
    ])
    expect(cases(given).map(({ attributes }) => attributes['classname'])).toEqual([
      'registry-doctor.engine.engine.registry-running',
      'registry-doctor.engine.host.registry-answers',
      'registry-doctor.kind-dev.network.attached',
      'registry-doctor.kind-dev.cluster.hosting',
      'registry-doctor.kind-dev.node.config',
    ])
  })

  test('clusters of kind and k3d with one name have suites of their own', () => {
    const [kind] = report().clusters
    const k3d = { ...kind!, provider: 'k3d' as const, nodes: [{ ...kind!.nodes[0]!, name: 'k3d-dev-server-0' }] }
    const given = { ...of(pass(node('dev-worker')), pass(node('k3d-dev-server-0'))), clusters: [kind!, k3d] }
    expect(suites(given).map(({ attributes }) => attributes['name'])).toEqual(['kind-dev node', 'k3d-dev node'])
  })

  test('dots in names make no packages', () => {
    const given = { ...of(pass(node('my.node', 'my.cluster'))), clusters: [{ ...report().clusters[0]!, name: 'my.cluster' }] }
    expect(suites(given)[0]?.attributes['name']).toBe('kind-my.cluster node')
    expect(cases(given)[0]?.attributes).toMatchObject({
      classname: 'registry-doctor.kind-my_cluster.node.a',
      name: 'a node is well [my.node]',
    })
  })

  test('subjects of one name are told apart by kind, then by number', () => {
    const same = { cluster: 'dev', name: 'x' }
    const given = of(pass({ kind: 'node', ...same }), pass({ kind: 'pod', ...same }), pass({ kind: 'pod', ...same }))
    expect(cases(given).map(({ attributes }) => attributes['name'])).toEqual([
      'a node is well [x]',
      'a node is well [pod x]',
      'a node is well [x] (2)',
    ])
  })
})

describe('outcomes', () => {
  const one = finding('hosts-toml-missing', node('n'), { check: 'node/a', hop: 'resolve', message: 'n lacks a file', qualifier: 'a' })
  const two = finding('config-path-missing', node('n'), { check: 'node/a', hop: 'resolve', message: 'n lacks a line' })

  test('several findings of one subject are one failure, with all of them in its text', () => {
    const [failure] = all(parsed({ ...of(fail(node('n'), one, two)), findings: [one, two] }), 'failure')
    expect(failure?.attributes).toEqual({ message: 'hosts-toml-missing: n lacks a file (and 1 more)', type: 'hosts-toml-missing' })
    expect(failure?.text).toBe(
      'n lacks a file\n  see: docs/codes/hosts-toml-missing.md\nn lacks a line\n  see: docs/codes/config-path-missing.md',
    )
  })

  test('a consequence names its cause', () => {
    const failure = all(parsed(registryStopped), 'failure')[1]
    expect(failure?.text.split('\n').slice(0, 3)).toEqual([
      'nothing answers on 127.0.0.1:5001',
      '  caused by: registry-not-running: kind-registry is not running: it exited 12 minutes ago with code 137, and its restart policy is "no"',
      '  saw: connect ECONNREFUSED 127.0.0.1:5001',
    ])
  })

  test('a cause tells its pods first, each group in a line', () => {
    const text = all(parsed(imageNotPushed), 'failure')[0]!.text.split('\n')
    expect(text.slice(0, 2)).toEqual([
      '2 pods of deploy/app in default: ImagePullBackOff (localhost:5001/app:2)',
      'localhost:5001/app:2 was not pushed: the Docker engine has it, and kind-registry does not',
    ])
    expect(text).toContain('pod shop/migrate-0 on dev-worker: Pulling, and no outcome yet (localhost:5001/api:2)')
  })

  test('pods without a cause are in system-out of the check that asks after pods', () => {
    const systemOut = (given: Report): string[] => all(all(parsed(given), 'testcase').at(-1)!, 'system-out').map(({ text }) => text)
    expect(systemOut(podsWait)[0]?.split('\n').slice(0, 4)).toEqual([
      '2 pods of deploy/app in default: ImagePullBackOff (localhost:5001/app:1)',
      '  the image can be had now, and the kubelet tries again after 10:03:10 UTC (the last of them)',
      '  at once: kubectl --context kind-dev delete pod app-7c9d-x2x4k -n default',
      '  at once: kubectl --context kind-dev delete pod app-7c9d-p9s2v -n default',
    ])
    expect(systemOut(imageNotPushed)).toEqual([expect.stringMatching(/^2 pods of deploy\/coredns [^]*\n {2}kubelet: Back-off/)])
    expect(systemOut(nodeNotAsked)).toEqual([expect.stringMatching(/^pod default\/app-7c9d-x2x4k /)])
    expect(systemOut({ ...podsWait, symptoms: podsWait.symptoms.map((each) => ({ ...each, cluster: 'other' })) })).toEqual([])
  })

  test('a command of several lines keeps them', () => {
    const failure = all(parsed(twoFaults), 'failure').at(-1)
    expect(failure?.text).toContain(`<<'EOF'\n    [host."http://kind-registry:5000"]\n    EOF`)
  })

  test('a warning passes, with its finding in system-out', () => {
    const warned = all(parsed(warningOnly), 'testcase').at(-1)
    expect(warned?.children.map(({ name }) => name)).toEqual(['system-out'])
    expect(warned?.children[0]?.text).toMatch(/^warning: hosting-configmap-missing: dev has no ConfigMap/)
  })

  test.each<[string, Report, string, Record<string, string>, string]>([
    ['skip', of(skip(node('n'), 'not here')), 'skipped', { message: 'not here' }, 'not here'],
    ['blocked', of(blocked(node('n'), 'two\nlines')), 'error', { message: 'two lines', type: 'blocked' }, 'two\nlines'],
    ['a check that went wrong', of(wentWrong(node('n'), 'boom')), 'error', { message: 'boom', type: 'error' }, 'boom'],
    ['a fail without findings', of(fail(node('n'))), 'failure', { message: 'failed', type: 'failed' }, 'failed'],
    [
      'a run that could not judge',
      noDocker,
      'error',
      { message: 'docker-unreachable: Docker does not answer: connect ENOENT /var/run/docker.sock', type: 'docker-unreachable' },
      'Docker does not answer: connect ENOENT /var/run/docker.sock',
    ],
  ])('%s', (_name, given, element, attributes, text) => {
    const [found] = all(parsed(given), element)
    expect(found?.attributes).toEqual(attributes)
    expect(found?.text).toBe(text)
  })

  test('no testcase has properties, and testsuites has no `skipped`', () => {
    for (const given of [healthy, registryStopped, apiSilent]) expect(written(given)).not.toMatch(/<propert|<testsuites[^>]* skipped=/)
  })
})

test.each<[string, number, string]>([
  ['milliseconds', 96, '0.096'],
  ['whole seconds', 2000, '2'],
  ['fractions', 0.4, '0'],
  ['more decimals than three', 1234.5678, '1.235'],
  ['less than nothing', -5, '0'],
  ['no number', Number.NaN, '0'],
  ['endless', Number.POSITIVE_INFINITY, '9007199254740.99'],
])('time: %s', (_name, durationMs, expected) => {
  expect(cases(of({ ...pass(cluster()), durationMs }))[0]?.attributes['time']).toBe(expected)
})

test.each<[string, string, string | undefined]>([
  ['UTC', '2026-11-21T10:00:00.000Z', '2026-11-21T10:00:00'],
  ['another zone', '2026-11-21T10:00:00+02:00', '2026-11-21T08:00:00'],
  ['no time', 'yesterday', undefined],
])('timestamp without a zone: %s', (_name, startedAt, expected) => {
  expect(suites({ ...healthy, startedAt })[0]?.attributes['timestamp']).toBe(expected)
})
