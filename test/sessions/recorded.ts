import { readFileSync } from 'node:fs'
import type { Json } from '../../src/model/json.ts'
import type {
  CommandOutcome,
  ContainerDetail,
  ContainerSummary,
  FileEntry,
  HttpAnswer,
  HttpFailure,
  NodeRuntime,
} from '../../src/model/observation.ts'

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../fixtures/observations/${file}.json`, import.meta.url), 'utf8'))

export type ContainerdVersion = '1.7.34' | '2.1.4' | '2.2.7' | '2.3.4'
export const containerdVersions: readonly ContainerdVersion[] = ['1.7.34', '2.1.4', '2.2.7', '2.3.4']

/** What `ctr content fetch-object --http-dump` printed, by containerd version and situation. */
export const traces = read('traces') as Record<ContainerdVersion, Record<string, CommandOutcome>>

export type TraceName =
  | 'served'
  | 'served-lines-out-of-order'
  | 'not-found'
  | 'refused'
  | 'dns-failure'
  | 'http-answers-https'
  | 'https-answers-http'
  | 'hangs'
  | 'unauthorized'
  | 'no-registry'
  | 'untrusted'
  | 'no-hosts-toml'
  | 'mirrored'
  | 'mirrored-not-found'
  | 'mirror-unresolvable'
  | 'mirror-refused'
  | 'mirror-hangs'
  | 'mirror-no-registry'
  | 'mirror-unauthorized'
  | 'mirror-http-answers-https'
  | 'mirror-untrusted'
  | 'mirror-unknown-authority'
  | 'mirror-expired'
  | 'mirror-not-for-pulls'
  | 'mirror-forbids-manifests'
  | 'bad-toml'
  | 'bad-capability'
  | 'bad-ca'
  | 'direct-localhost'

/** One of the recorded traces of a direct question, with the address that was asked put in. */
export function trace(name: TraceName, version: ContainerdVersion, address = 'kind-registry:5000', ip = '172.18.0.5'): CommandOutcome {
  return fill(recordedTrace(name, version), { address, ip })
}

/** One of the recorded traces of a pull by a certs.d directory: of an image of a registry host, by a mirror. */
export function pullTrace(
  name: TraceName,
  version: ContainerdVersion,
  registryHost = 'localhost:5001',
  mirror = 'kind-registry:5000',
): CommandOutcome {
  const [mirrorHost, mirrorPort] = splitPort(mirror)
  const [, registryPort] = splitPort(registryHost)
  const registryHostQuery = registryHost.replace(':', '%3A')
  return putIn(recordedTrace(name, version), {
    registryHost,
    registryHostQuery,
    registryPort,
    mirror,
    mirrorHost,
    mirrorPort,
    ip: '172.18.0.5',
  })
}

/** What Go says of other certificates than the recorded one (crypto/x509/verify.go); the rest of the trace is the same. */
const certificateProblems: { readonly [name in TraceName]?: string } = {
  'mirror-unknown-authority': 'certificate signed by unknown authority',
  'mirror-expired': 'certificate has expired or is not yet valid: current time 2026-11-21T10:50:00Z is after 2026-11-20T00:00:00Z',
}

function recordedTrace(name: TraceName, version: ContainerdVersion): CommandOutcome {
  const problem = certificateProblems[name]
  if (problem !== undefined) {
    const wrongName = recordedTrace('mirror-untrusted', version)
    return { ...wrongName, stderr: wrongName.stderr.replaceAll(/certificate is valid for [^"\n\\]*/g, problem) }
  }
  const found = traces[version][name]
  if (!found) throw new Error(`no trace "${name}" of containerd ${version} is recorded`)
  return found
}

interface Answers {
  readonly http: Record<string, HttpAnswer | HttpFailure>
  readonly distribution: Record<string, { status: number; message?: string }>
  /** One line of the registry's log, about a request that asked for {word}. */
  readonly logLine: string
}
export const answers = read('answers') as Answers

interface Shapes {
  readonly summaries: { readonly node: ContainerSummary; readonly registry: ContainerSummary }
  readonly registry: ContainerDetail
  readonly stoppedNode: ContainerDetail
  readonly containerdFiles: { readonly [path: string]: FileEntry }
  readonly authority: FileEntry & { readonly certificates: readonly { readonly sha256: string }[] }
  readonly runtime: NodeRuntime
  readonly nodeItem: { readonly status: { readonly nodeInfo: { readonly [key: string]: Json } } }
  readonly configMap: { readonly [key: string]: Json }
}
/** How a healthy three-node cluster with one registry answers. */
export const shapes = read('cluster') as Shapes

/** Puts an address into a recorded answer. */
export function fill<T>(recorded: T, { address, ip, word = '' }: { address: string; ip: string; word?: string }): T {
  const [host, port] = splitPort(address)
  return putIn(recorded, { address, host, port, ip: ip.includes(':') ? `[${ip}]` : ip, word })
}

const splitPort = (address: string): [host: string, port: string] => {
  const colon = address.lastIndexOf(':')
  return [address.slice(0, colon), address.slice(colon + 1)]
}

const putIn = <T>(recorded: T, words: { readonly [placeholder: string]: string }): T =>
  JSON.parse(JSON.stringify(recorded).replace(/\{(\w+)\}/g, (all, name: string) => words[name] ?? all)) as T
