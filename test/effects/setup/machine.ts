import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseBundle } from '../../../src/bundle/bundle.ts'
import { discover } from '../../../src/discover/discover.ts'
import type { Machine } from '../../../src/effects/setup/options.ts'
import { liveSession, replaySession, type Session } from '../../../src/engine/session.ts'
import type { Step } from '../../../src/model/finding.ts'
import {
  isAbsent,
  ObservationFailure,
  type ContainerDetail,
  type ContainerSummary,
  type FileEntry,
  type FileTree,
  type Observers,
  type Query,
} from '../../../src/model/observation.ts'
import type { Topology } from '../../../src/model/topology.ts'
import { HostError } from '../../../src/ports/write/host.ts'

/** A recorded cluster on which steps can be done, and that is then seen as they leave it. */
export interface Fake {
  /** A session that sees everything afresh. */
  session(): Session
  topology(): Promise<Topology>
  apply(steps: readonly Step[]): void
}

export interface FakeOptions {
  /** Containers that are not there, though they were when it was recorded. */
  readonly without?: readonly string[]
  /** Node → path → text, before any step; null takes the file away. */
  readonly files?: { readonly [node: string]: { readonly [path: string]: string | null } }
  readonly configMap?: string | null
}

interface Container {
  readonly detail: ContainerDetail
  readonly labels: ContainerSummary['labels']
}

/** @param incident in incidents/ */
export function fake(incident: string, { without = [], files = {}, configMap }: FakeOptions = {}): Fake {
  const path = new URL(`../../../incidents/${incident}/bundle.json`, import.meta.url)
  const { observations, selection } = parseBundle(readFileSync(path, 'utf8'))
  const base = replaySession(observations).look
  const put = new Map<string, string | null>(
    Object.entries(files).flatMap(([node, own]) => Object.entries(own).map(([file, text]) => [`${node}:${file}`, text] as const)),
  )
  const containers = new Map<string, Container>()
  const connected = new Map<string, string[]>()
  let hosting = configMap

  const detailOf = async (name: string): Promise<ContainerDetail | null> => {
    if (without.includes(name) && !containers.has(name)) return null
    const asked = await base.try('docker.container', { name })
    const known = containers.get(name)?.detail ?? (asked.ok && !isAbsent(asked.answer) ? asked.answer : null)
    if (known === null) return null
    return {
      ...known,
      networks: [...known.networks, ...(connected.get(name) ?? []).map((network) => ({ name: network, address: '172.18.0.9' }))],
    }
  }
  const observers: Partial<Observers> = {
    'docker.engine': async () => ({ version: '28.0.0', os: 'linux', endpoint: 'unix:///var/run/docker.sock' }),
    'docker.containers': async () => {
      const there = (await base('docker.containers', {})).filter((one) => !without.includes(one.name) && !containers.has(one.name))
      const all = await Promise.all(
        [...there.map(({ name, labels }) => ({ name, labels })), ...[...containers].map(([name, { labels }]) => ({ name, labels }))].map(
          async ({ name, labels }) => ({ name, labels, detail: await detailOf(name), summary: there.find((one) => one.name === name) }),
        ),
      )
      return all.map(({ name, labels, detail, summary }) => ({
        name,
        labels,
        image: detail?.image ?? summary!.image,
        state: detail?.state ?? summary!.state,
        ports: summary?.ports ?? detail!.published,
        networks: detail?.networks ?? summary!.networks,
      }))
    },
    'docker.container': async ({ name }) => (await detailOf(name)) ?? { absent: true },
    http: async (query) => {
      const { port, protocol } = new URL(query.url)
      const own = [...containers.values()].find(({ detail }) => detail.published.some((one) => String(one.hostPort) === port))
      if (!own) return base('http', query)
      const isTls = own.detail.env['REGISTRY_HTTP_TLS_CERTIFICATE'] !== undefined
      if (isTls && protocol === 'https:') return { error: { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', message: '', connected: true }, ms: 1 }
      if (isTls) return { status: 400, headers: {}, body: 'Client sent an HTTP request to an HTTPS server.\n', ms: 1 }
      return { status: 200, headers: { 'docker-distribution-api-version': 'registry/2.0' }, body: '{}', ms: 1 }
    },
    'node.files': (query) => filesOf(query),
    'kube.get': async (query) => {
      if (!query.path.endsWith('/local-registry-hosting') || hosting === undefined) return base('kube.get', query)
      return hosting === null
        ? { status: 404, body: { message: 'not found' } }
        : { status: 200, body: { data: { 'localRegistryHosting.v1': hosting } } }
    },
  }

  async function filesOf({ node, path: asked }: Query<'node.files'>): Promise<FileTree | { absent: true }> {
    const recorded = await base.try('node.files', { node, path: asked })
    if (!recorded.ok && recorded.code !== 'not-recorded') throw new ObservationFailure('node.files', recorded.code, recorded.reason)
    const entries = new Map<string, FileEntry>(recorded.ok && !isAbsent(recorded.answer) ? Object.entries(recorded.answer.entries) : [])
    for (const [key, text] of put) {
      const file = key.slice(node.length + 1)
      if (!key.startsWith(`${node}:`) || !(file === asked || file.startsWith(`${asked}/`))) continue
      for (const known of entries.keys()) if (text === null && (known === file || known.startsWith(`${file}/`))) entries.delete(known)
      if (text === null) continue
      for (let at = file.lastIndexOf('/'); at >= asked.length; at = file.lastIndexOf('/', at - 1))
        entries.set(file.slice(0, at), { type: 'dir' })
      const sha256 = createHash('sha256').update(text).digest('hex')
      const isCertificate = text.includes('CERTIFICATE')
      entries.set(file, { type: 'file', size: text.length, sha256, ...(isCertificate ? { certificates: [] } : { text }) })
    }
    return entries.size === 0 ? { absent: true } : { entries: Object.fromEntries(entries) }
  }

  const session = (): Session =>
    liveSession(
      new Proxy(observers, {
        get: (own, kind) => Reflect.get(own, kind) ?? ((query: never) => base(kind as 'clock', query)),
      }) as Observers,
      (answer) => answer,
    )

  function apply(steps: readonly Step[]): void {
    for (const step of steps) {
      if (step.op === 'container.run') containers.set(step.container, { labels: {}, detail: made(step) })
      else if (step.op === 'network.connect') connected.set(step.container, [...(connected.get(step.container) ?? []), step.network])
      else if (step.op === 'file.put') put.set(`${step.node}:${step.path}`, step.content)
      else if (step.op === 'configmap.put') hosting = step.data['localRegistryHosting.v1']!
      else if (step.op !== 'service.restart' && step.op !== 'manual') throw new Error(`the fake does no ${step.op}`)
    }
  }
  return { session, topology: () => discover(session().look, selection), apply }
}

/** A container as the engine makes it of a step. */
const made = ({ container, image, publish, restart, volume, env = {} }: Extract<Step, { op: 'container.run' }>): ContainerDetail => {
  const [hostIp, hostPort, port] = publish.split(':') as [string, string, string]
  return {
    name: container,
    image,
    state: 'running',
    exitCode: 0,
    oomKilled: false,
    startedAt: '2026-11-21T10:00:00Z',
    finishedAt: '0001-01-01T00:00:00Z',
    restartPolicy: restart,
    env,
    args: [],
    published: [{ port: Number(port), hostIp, hostPort: Number(hostPort) }],
    aliases: {},
    networks: [{ name: 'bridge', address: '172.17.0.9' }],
    mounts: volume === undefined ? [] : [{ type: 'volume', name: volume, destination: '/var/lib/registry' }],
  }
}

export interface MachineOptions {
  /** Port → who holds it, beside containers. */
  readonly ports?: { readonly [port: number]: string }
  /** Program → what it writes; one that is not here is not installed. */
  readonly programs?: { readonly [name: string]: string }
  readonly files?: { readonly [path: string]: string }
  /** Folders that this process may write to. */
  readonly writable?: readonly string[]
  readonly platform?: NodeJS.Platform
  readonly env?: NodeJS.ProcessEnv
}

/** This machine, as far as a plan asks it. */
export function machine({ ports = {}, programs = {}, files = {}, writable = [], ...more }: MachineOptions = {}): Machine {
  const folders = ['/', '/etc', '/etc/docker', ...writable]
  return {
    platform: more.platform ?? 'linux',
    env: more.env ?? { HOME: '/home/me' },
    host: {
      read: async (path) => files[path] ?? null,
      portHolder: async (port) => ports[port] ?? null,
      run: async (command, [flag, path = '']) => {
        if (command === 'test') {
          const isSo = flag === '-w' ? writable.includes(path) : folders.includes(path) || files[path] !== undefined
          return { exitCode: isSo ? 0 : 1, stdout: '', stderr: '' }
        }
        if (programs[command] === undefined) throw new HostError('ENOENT', `there is no program ${command}`)
        return { exitCode: 0, stdout: programs[command], stderr: '' }
      },
    },
  }
}
