import { findingId, type Evidence, type Remedy, type ReportedFinding } from '../../src/model/finding.ts'
import type { CheckResult, Report } from '../../src/model/report.ts'
import type { ReporterOptions } from '../../src/model/reporter.ts'
import type { Hop, Subject } from '../../src/model/words.ts'
import { codes, docsOf, type Code } from '../../src/model/codes.ts'

export const options: ReporterOptions = { color: false, unicode: true, columns: 80, verbose: false, quiet: false }

export const node = (name: string, cluster = 'dev'): Subject => ({ kind: 'node', cluster, name })
export const registry = (name = 'kind-registry'): Subject => ({ kind: 'registry', name })
export const cluster = (name = 'dev'): Subject => ({ kind: 'cluster', cluster: name, name })

/** A finding with what its code says of it. */
export function finding(
  code: Code,
  subject: Subject,
  parts: { check: string; hop: Hop; message: string; evidence?: Evidence[]; remedies?: Remedy[]; qualifier?: string },
): ReportedFinding {
  const { qualifier, evidence = [], remedies = [], ...rest } = parts
  const id = findingId({ code, subject, ...(qualifier === undefined ? {} : { qualifier }) })
  return { id, code, severity: codes[code].severity, subject, title: codes[code].title, evidence, remedies, docs: docsOf(code), ...rest }
}

export const pass = (subject: Subject, ...findings: ReportedFinding[]): CheckResult => result(subject, 'pass', findings)
export const fail = (subject: Subject, ...findings: ReportedFinding[]): CheckResult => result(subject, 'fail', findings)
export const skip = (subject: Subject, reason: string): CheckResult => ({ ...result(subject, 'skip', []), reason })
export const blocked = (subject: Subject, reason: string): CheckResult => ({ ...result(subject, 'blocked', []), reason })
export const wentWrong = (subject: Subject, reason: string): CheckResult => ({ ...result(subject, 'error', []), reason })

function result(subject: Subject, status: CheckResult['status'], findings: readonly ReportedFinding[]): CheckResult {
  return { subject, status, findings: findings.map(({ id }) => id), durationMs: 12 }
}

export const check = (id: string, title: string, ...results: CheckResult[]): Report['checks'][number] => ({ id, title, results })

/** A healthy report of a kind cluster with three nodes, with the given parts in place of its own. */
export function report(parts: Partial<Report> = {}): Report {
  return {
    schemaVersion: 1,
    kind: 'CheckReport',
    tool: { name: 'registry-doctor', version: '0.1.0' },
    startedAt: '2026-11-21T10:00:00.000Z',
    durationMs: 412,
    mode: 'live',
    status: 'healthy',
    exitCode: 0,
    clusters: [
      {
        name: 'dev',
        provider: 'kind',
        context: 'kind-dev',
        network: 'kind',
        nodes: ['dev-control-plane', 'dev-worker', 'dev-worker2'].map((name, nth) => ({
          name,
          role: nth === 0 ? 'control-plane' : 'worker',
          running: true,
          containerRuntime: 'containerd://2.1.4',
          kubelet: 'v1.34.4',
          address: `172.18.0.${nth + 2}`,
        })),
      },
    ],
    registries: [
      {
        name: 'kind-registry',
        container: 'kind-registry',
        image: 'registry:3',
        running: true,
        networks: [{ name: 'kind', address: '172.18.0.5' }],
        hostAddress: '127.0.0.1:5001',
        address: 'kind-registry:5000',
        registryHosts: ['localhost:5001'],
        clusters: ['dev'],
      },
    ],
    findings: [],
    rootCauses: [],
    symptoms: [],
    checks: [
      check('registry/running', 'the registry container is running', pass(registry())),
      check(
        'node/registry-config',
        "every node's containerd is led to the registry",
        ...['dev-control-plane', 'dev-worker', 'dev-worker2'].map((name) => pass(node(name))),
      ),
    ],
    ...parts,
  }
}

export const root = (
  cause: ReportedFinding,
  explains: readonly ReportedFinding[] = [],
  symptoms: readonly Report['symptoms'][number][] = [],
): Report['rootCauses'][number] => ({
  finding: cause.id,
  code: cause.code,
  explains: explains.map(({ id }) => id),
  symptoms: symptoms.map(({ id }) => id),
})

export function symptom(
  pod: string,
  cause: ReportedFinding | null,
  parts: Partial<Report['symptoms'][number]> = {},
): Report['symptoms'][number] {
  return {
    id: `dev/default/${pod}/app`,
    cluster: 'dev',
    namespace: 'default',
    pod,
    container: 'app',
    node: 'dev-worker',
    image: 'localhost:5001/app:1',
    owner: 'deploy/app',
    reason: 'ImagePullBackOff',
    message:
      'Back-off pulling image "localhost:5001/app:1": ErrImagePull: failed to pull and unpack image "localhost:5001/app:1": failed to resolve reference "localhost:5001/app:1": failed to do request: Head "https://localhost:5001/v2/app/manifests/1": dial tcp [::1]:5001: connect: connection refused',
    class: 'connection-refused',
    state: 'current',
    rootCause: cause?.id ?? null,
    registry: 'kind-registry',
    ...parts,
  }
}
