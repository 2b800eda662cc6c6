import { createHash } from 'node:crypto'
import type { ContainerSummary, FileEntry, PodImages, PullEvent, WaitingPod } from '../../src/model/observation.ts'
import { attached } from './container.ts'
import type { ClusterOptions, NodeOptions } from './kind.ts'
import { shapes, type ContainerdVersion } from './recorded.ts'

export interface NodeWorld {
  readonly summary: ContainerSummary
  readonly exitCode: number
  readonly containerd: ContainerdVersion
  readonly args: readonly string[]
  readonly entries: { readonly [path: string]: FileEntry }
  readonly options: NodeOptions
}

export interface ClusterWorld {
  readonly name: string
  readonly network: string
  readonly apiPort: number
  /** sha256 of its certificate authority. */
  readonly authority: string
  readonly configMap: string | null | number
  readonly waiting: readonly WaitingPod[]
  readonly events: readonly PullEvent[]
  readonly workloads: { readonly [resource: string]: readonly string[] }
  readonly pods: readonly PodImages[]
  readonly templates: NonNullable<ClusterOptions['templates']>
  readonly nodes: readonly NodeWorld[]
}

const hosting = 'host: "localhost:5001"\nhelp: "https://kind.sigs.k8s.io/docs/user/local-registry/"\n'
const sha = (text: string, encoding: 'hex' | 'base64'): string => createHash('sha256').update(text).digest(encoding)

const waitsFor = (image: string, index: number): WaitingPod => ({
  namespace: 'default',
  name: `starts-${index}`,
  uid: `uid-${index}`,
  node: 'dev-worker',
  hasPullSecrets: false,
  containers: [{ name: 'app', kind: 'container', image, reason: 'ContainerCreating' }],
})

/** A kind cluster as the recorded one is, with some facts changed. */
export function clusterWorld(name: string, options: ClusterOptions, index: number): ClusterWorld {
  const network = options.network ?? 'kind'
  const apiPort = options.apiPort ?? 45855 + index
  const authority = sha(`certificate authority of ${name}`, 'base64')
  const suffixes = ['control-plane', ...Array.from({ length: options.workers ?? 2 }, (_, at) => (at === 0 ? 'worker' : `worker${at + 1}`))]
  return {
    name,
    network,
    apiPort,
    authority,
    configMap: options.configMap === undefined ? hosting : options.configMap,
    waiting: [...(options.images ?? ['docker.io/library/alpine:3']).map(waitsFor), ...(options.waiting ?? [])],
    events: options.events ?? [],
    workloads: options.workloads ?? {},
    pods: options.pods ?? [],
    templates: options.templates ?? {},
    nodes: suffixes.map((suffix, at) => {
      const [all, own] = [options.everyNode ?? {}, options.nodes?.[suffix] ?? {}]
      const merged: NodeOptions = { ...all, ...own, files: { ...all.files, ...own.files }, reaches: { ...all.reaches, ...own.reaches } }
      const state = merged.state ?? 'running'
      const isControlPlane = suffix === 'control-plane'
      return {
        summary: {
          ...shapes.summaries.node,
          name: `${name}-${suffix}`,
          state,
          labels: { 'io.x-k8s.kind.cluster': name, 'io.x-k8s.kind.role': isControlPlane ? 'control-plane' : 'worker' },
          ports: isControlPlane && state !== 'exited' ? [{ port: 6443, hostIp: '127.0.0.1', hostPort: apiPort }] : [],
          networks: attached([network, ...(merged.networks ?? [])], 2 + index * 20 + at, state),
        },
        exitCode: merged.exitCode ?? (state === 'exited' ? 130 : 0),
        containerd: merged.containerd ?? '2.1.4',
        args: merged.args ?? shapes.runtime.args,
        entries: filesOf(merged, isControlPlane ? authority : null),
        options: merged,
      }
    }),
  }
}

/** containerd 1.x knows the CRI's registry settings under another name. */
function configFor(entry: FileEntry, containerd: ContainerdVersion | undefined): FileEntry {
  if (entry.type !== 'file' || !containerd?.startsWith('1.')) return entry
  const table = '[plugins."io.containerd.cri.v1.images"]\n'
  const text = (entry.text ?? '').replace(table, '').replaceAll('io.containerd.cri.v1.images', 'io.containerd.grpc.v1.cri')
  return { ...entry, text, sha256: sha(text, 'hex') }
}

function filesOf({ files = {}, containerd }: NodeOptions, authority: string | null): { [path: string]: FileEntry } {
  const entries: { [path: string]: FileEntry } = { ...shapes.containerdFiles }
  const config = '/etc/containerd/config.toml'
  entries[config] = configFor(entries[config]!, containerd)
  if (authority !== null) {
    const [certificate] = shapes.authority.certificates
    const file: object = { ...shapes.authority, certificates: [{ ...certificate, sha256: authority }] }
    entries['/etc/kubernetes/pki/ca.crt'] = file as FileEntry
  }
  for (const [path, content] of Object.entries(files)) {
    if (content === null) {
      for (const known of Object.keys(entries)) if (known === path || known.startsWith(`${path}/`)) delete entries[known]
      continue
    }
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) entries[path.slice(0, at)] ??= { type: 'dir' }
    if (typeof content === 'string') entries[path] = { type: 'file', size: content.length, sha256: sha(content, 'hex'), text: content }
    else if ('certificate' in content) entries[path] = shapes.authority
    else entries[path] = 'link' in content ? { type: 'link', target: content.link } : { type: 'dir' }
  }
  return entries
}
