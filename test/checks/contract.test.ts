import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { AnyCheck } from '../../src/checks/define-check.ts'
import { checks } from '../../src/checks/index.ts'
import { discover } from '../../src/discover/discover.ts'
import { runChecks, type CheckOutcome } from '../../src/engine/run-checks.ts'
import type { Session } from '../../src/engine/session.ts'
import { codes, docsOf } from '../../src/model/codes.ts'
import { evidenceSchema, findingId } from '../../src/model/finding.ts'
import { ObservationFailure, type Look } from '../../src/model/observation.ts'
import { hopSchema, subjectSchema } from '../../src/model/words.ts'
import type { Report } from '../../src/model/report.ts'
import { remediesFor } from '../../src/remedies/remedies.ts'
import * as v from 'valibot'
import { hostsTomlWith, kind, leadingTo, listIgnored, mirrorsAndConfigPath, noCerts, noConfigPath } from '../sessions/kind.ts'
import { everything } from './check-table.ts'

const folder = new URL('../../src/checks/', import.meta.url)
const files = readdirSync(folder, { withFileTypes: true })
  .filter((one) => one.isDirectory())
  .flatMap((group) => readdirSync(new URL(`${group.name}/`, folder)).map((file) => `${group.name}/${file.replace(/\.ts$/, '')}`))
const tests = readdirSync(new URL('.', import.meta.url), { recursive: true, encoding: 'utf8' })

/** Between them, sessions in which every code is found. */
const faulty: { [name: string]: () => Session } = {
  'pods on a node that is misled': () =>
    kind({
      nodes: { worker2: noCerts },
      waiting: [
        {
          namespace: 'default',
          name: 'app',
          uid: 'u1',
          node: 'dev-worker2',
          hasPullSecrets: false,
          containers: [{ name: 'app', kind: 'container', image: 'localhost:5001/lab/hello:1', reason: 'ErrImagePull' }],
        },
      ],
    }),
  'a prefix of an earlier registry': () =>
    kind({
      templates: {
        deployments: [
          {
            namespace: 'default',
            name: 'app',
            containers: [{ name: 'app', kind: 'container', image: 'old-reg:5000/app:1', pullPolicy: 'Always' }],
          },
        ],
      },
    }),
  'stopped registry': () => kind({ registry: { state: 'exited' } }),
  'paused registry': () => kind({ registry: { state: 'paused' } }),
  'removed registry': () => kind({ registry: null }),
  'hidden registry': () => kind({ registry: { networks: ['bridge'], published: [] } }),
  'foreign host port': () => kind({ host: { '127.0.0.1:5001': 'airplay' } }),
  'broken configuration': () =>
    kind({
      configMap: null,
      nodes: { 'control-plane': noConfigPath, worker: noCerts, worker2: leadingTo('http://localhost:5000') },
    }),
  'broken ways': () =>
    kind({
      nodes: { 'control-plane': { args: [] }, worker: { reaches: { 'kind-registry:5000': 'refused' } }, worker2: { state: 'exited' } },
    }),
  'broken nodes': () =>
    kind({
      nodes: {
        'control-plane': mirrorsAndConfigPath,
        worker: { reaches: { 'kind-registry:5000': 'dns-failure' } },
        worker2: { environment: { HTTP_PROXY: 'http://192.0.2.9:3128' }, reaches: { 'kind-registry:5000': 'refused' } },
      },
    }),
  'broken hosts.toml files': () =>
    kind({
      nodes: {
        'control-plane': hostsTomlWith('[host."http://kind-registry:5000"\n', 'bad-toml'),
        worker: hostsTomlWith('[host."http://kind-registry:5000"]\n  ca = "ca.crt"\n', 'bad-ca'),
        worker2: hostsTomlWith('[host."http://kind-registry:5000"]\n  capabilities = ["push"]\n', 'mirror-not-for-pulls'),
      },
    }),
  'hosts.toml files that lead astray': () =>
    kind({
      nodes: {
        'control-plane': hostsTomlWith('[host."kind-registry:5000"]\n', 'mirror-http-answers-https'),
        worker: { files: { '/etc/containerd/certs.d/localhost_5001_': { dir: true } }, pulls: { 'localhost:5001': 'no-hosts-toml' } },
        worker2: listIgnored,
      },
    }),
  certificates: () =>
    kind({
      registry: { serves: 'tls' },
      nodes: {
        'control-plane': hostsTomlWith('[host."https://kind-registry:5000"]\n', 'mirror-unknown-authority'),
        worker: hostsTomlWith('[host."https://kind-registry:5000"]\n', 'mirror-untrusted'),
        worker2: hostsTomlWith('[host."https://kind-registry:5000"]\n', 'mirror-expired'),
      },
    }),
}

async function outcomesOf(look: Look, ...some: readonly AnyCheck[]): Promise<CheckOutcome[]> {
  return runChecks(look, some, await discover(look, everything))
}

/** By `check --probe` and by `trace`: no check that only looks at a cluster finds them. */
const foundElsewhere = ['container-not-started', 'image-stale-on-node']

describe('the list of checks', () => {
  test('holds every file, and each id is its path', () => {
    expect(checks.map((one) => one.id).toSorted()).toEqual(files.toSorted())
    for (const id of files) expect(readFileSync(new URL(`${id}.ts`, folder), 'utf8')).toContain(`  id: '${id}',\n`)
  })

  test('finds every code that there is', () => {
    expect([...new Set([...checks.flatMap((one) => one.finds), ...foundElsewhere])].toSorted()).toEqual(Object.keys(codes).toSorted())
  })
})

describe.each(checks.map((check) => [check.id, check] as const))('%s', (id, check) => {
  test('has a table of its own', () => expect(tests).toContain(`${id}.test.ts`))

  test('says what is true and why it matters', () => {
    expect(check.title).toMatch(/^\S.{8,80}\S$/)
    expect(check.why.length).toBeGreaterThan(40)
    expect(check.finds.length).toBeGreaterThan(0)
  })

  test('finds only codes with a severity, an explanation, a repair and a page', () => {
    for (const code of check.finds) {
      const { severity, title, explanation, repair } = codes[code]
      expect(['error', 'warning']).toContain(severity)
      for (const text of [title, explanation, repair]) expect(text.trim()).not.toBe('')
      expect(docsOf(code)).toBe(`docs/codes/${code}.md`)
    }
  })

  test('is blocked, and neither fails nor throws, where nothing can be seen', async () => {
    const topology = await discover(kind().look, everything)
    const blind = (async (asked: string) => {
      throw new ObservationFailure(asked, 'timeout', 'nothing can be seen')
    }) as unknown as Look
    blind.try = async () => ({ ok: false, code: 'timeout', reason: 'nothing can be seen' })
    blind.once = async (_key, compute) => compute()
    // What discovery saw already needs no look: that a running node runs, for one.
    const stopped = {
      ...topology,
      clusters: topology.clusters.map((one) => ({
        ...one,
        // What only k3s has is not looked at elsewhere.
        provider: check.id === 'node/registries-yaml' ? 'k3d' : one.provider,
        nodes: one.nodes.map((node) => ({ ...node, running: check.id !== 'node/node-running' })),
      })),
    }
    const [outcome] = await runChecks(blind, [check], stopped)
    expect(outcome!.results).not.toEqual([])
    for (const { status, reason, findings } of outcome!.results) {
      expect({ status, reason, findings }).toEqual({ status: 'blocked', reason: expect.stringMatching(/./), findings: [] })
    }
  })

  test.each(Object.entries(faulty))('judges alike on every run: %s', async (_name, make) => {
    const results = async (): Promise<unknown> => {
      const [outcome] = await outcomesOf(make().look, check)
      return outcome!.results.map(({ durationMs: _durationMs, ...rest }) => rest)
    }
    expect(await results()).toEqual(await results())
  })
})

/** Codes of what was found in recorded incidents. */
function recordedCodes(): string[] {
  const incidents = new URL('../../incidents/', import.meta.url)
  return readdirSync(incidents).flatMap((name) => {
    const { findings } = JSON.parse(readFileSync(new URL(`${name}/report.json`, incidents), 'utf8')) as Report
    return findings.map((one) => one.code)
  })
}

describe('findings', () => {
  test.each(Object.entries(faulty))('%s: each can be reported', async (_name, make) => {
    const outcomes = await outcomesOf(make().look, ...checks)
    for (const { check, results } of outcomes)
      for (const { status, reason, findings } of results) {
        expect({ status, reason }).not.toMatchObject({ status: 'error' })
        for (const finding of findings) {
          expect(check.finds).toContain(finding.code)
          expect(finding.message).toMatch(/^[^\n]{10,}$/)
          v.parse(subjectSchema, finding.subject)
          v.parse(hopSchema, finding.hop)
          expect(finding.evidence).not.toEqual([])
          for (const one of finding.evidence) {
            v.parse(v.strictObject(evidenceSchema.entries), one)
            expect({ ...one, of: findingId(finding) }).toMatchObject({
              asked: expect.stringMatching(/\S/),
              saw: expect.stringMatching(/\S/),
            })
          }
          expect(JSON.parse(JSON.stringify(finding))).toEqual(finding)
          expect(remediesFor(finding)).not.toEqual([])
        }
        const ids = findings.map(findingId)
        expect(new Set(ids).size).toBe(ids.length)
      }
  })

  test('between them these sessions and the recorded incidents show every code', async () => {
    const seen = new Set<string>(recordedCodes())
    for (const make of Object.values(faulty))
      for (const { results } of await outcomesOf(make().look, ...checks))
        for (const one of results.flatMap(({ findings }) => findings)) seen.add(one.code)
    expect([...seen, ...foundElsewhere].toSorted()).toEqual(Object.keys(codes).toSorted())
  })
})
