import { discover } from '../../../src/discover/discover.ts'
import type { WritePorts } from '../../../src/effects/ports.ts'
import type { ProbeTools } from '../../../src/effects/probe/tools.ts'
import { liveSession } from '../../../src/engine/session.ts'
import type { Look, Query } from '../../../src/model/observation.ts'
import type { Cluster, Registry } from '../../../src/model/topology.ts'
import type { DockerWritePort } from '../../../src/ports/write/docker.ts'
import type { RegistryWritePort } from '../../../src/ports/write/registry.ts'
import { everything } from '../../checks/check-table.ts'
import { kind, type KindOptions } from '../../sessions/kind.ts'
import { fate, FakeCluster } from './fake-cluster.ts'

/** So many turns of the event loop. */
export async function passed(turns: number): Promise<void> {
  for (let turn = turns; turn > 0; turn--) await new Promise((resolve) => setImmediate(resolve))
}

export const probed = (nth: string): string => `localhost:5001/registry-doctor/probe@sha256:${nth.repeat(64)}`

export interface FakeOptions {
  readonly world?: KindOptions
  /** A stream of fixtures/probe for pods on this node, where it is not `healthy`. */
  readonly fates?: { readonly [node: string]: string }
  readonly by?: ProbeTools['by']
  readonly pid?: number
  readonly isAlive?: (pid: number) => boolean
  /** Whether the registry lets manifests be deleted. */
  readonly deletes?: boolean
  /** Each call of a port, before and after what it does: may throw, end the probe, or take its time. */
  readonly around?: (call: string, what: 'before' | 'after') => void | Promise<void>
  /** How long each thing takes, in turns of the event loop, one after the other. */
  readonly turns?: readonly number[]
}

export interface Fakes {
  readonly tools: ProbeTools
  readonly cluster: Cluster
  readonly registries: readonly Registry[]
  readonly api: FakeCluster
  readonly controller: AbortController
  /** Every call of a port, in its order. */
  readonly calls: string[]
  readonly told: string[]
  /** All that is there of what was made. */
  ledger(): string[]
}

/** A kind cluster with its registry, on which a probe works by ports that keep a ledger of what they made. */
export async function fakes({
  world,
  fates = {},
  by = 'pods',
  pid = 8,
  isAlive = () => true,
  deletes = true,
  ...more
}: FakeOptions = {}): Promise<Fakes> {
  const { around = () => undefined, turns = [1] } = more
  const base = kind({ images: [], workers: 1, ...world })
  const { clusters, registries } = await discover(base.look, everything)
  let nth = 0
  const pause = (): Promise<void> => passed(turns[nth++ % turns.length]!)
  const api = new FakeCluster((node) => fate(fates[node] ?? 'healthy'), pause)
  const manifests = new Set<string>()
  const tags = new Set<string>()
  const calls: string[] = []
  const told: string[] = []
  const controller = new AbortController()

  const registry: RegistryWritePort = {
    send: async (method, url) => {
      const manifest = /\/manifests\/(sha256:.+)$/.exec(url)?.[1]
      if (method === 'PUT' && manifest !== undefined) manifests.add(manifest)
      if (method === 'DELETE' && deletes) manifests.delete(manifest!)
      const status = method === 'DELETE' ? (deletes ? 202 : 405) : method === 'POST' ? 202 : 201
      return { status, headers: method === 'POST' ? { location: `${url}uuid?_state=s` } : {}, body: '', ms: 1 }
    },
  }
  const docker: DockerWritePort = {
    run: async (node, argv) => {
      const own = [...api.images].flatMap((one) => (one.startsWith(`${node} `) ? [`${one.slice(node.length + 1)}\n`] : []))
      // A script has its word after it.
      const [verb, ...references] = argv.slice(argv[2] === 'sh' ? 5 : 3)
      if (verb === 'images') return { exitCode: 0, stdout: own.join(''), stderr: '' }
      const done = { exitCode: 0, stdout: '', stderr: '' }
      if (verb === 'pull') {
        await pause()
        for (const one of references) api.images.add(`${node} ${one}`)
        return done
      }
      const absent = references.filter((one) => !api.images.delete(`${node} ${one}`)).map((one) => `no such image ${one}`)
      return absent.length === 0 ? done : { exitCode: 1, stdout: '', stderr: `level=fatal msg="${absent.join('\\n')}"` }
    },
    load: async () => void tags.add('loaded'),
    push: async () => ({ digest: `sha256:${'d'.repeat(64)}` }),
    untag: async () => tags.clear(),
  }
  const ports: WritePorts = { kube: api.port, registry, docker }
  const world0 = new Proxy({}, { get: (_target, asked: never) => (query: never) => base.look(asked, query) })
  const observers = new Proxy(world0, {
    get: (target, asked: never) => async (query: never) => {
      if (asked !== 'node.images') return (Reflect.get(target, asked) as (query: never) => unknown)(query)
      const { node, registryHost } = query as Query<'node.images'>
      const names = [...api.images].flatMap((one) => (one.startsWith(`${node} ${registryHost}/`) ? [one.slice(node.length + 1)] : []))
      return { images: names.map((name) => ({ name, digest: name.slice(name.indexOf('@') + 1), pulled: true, of: 'index' as const })) }
    },
  })
  const look: Look = liveSession(observers as never, (answer) => answer).look
  return {
    tools: {
      ports: watched(ports, async (call, work) => {
        calls.push(call)
        await around(call, 'before')
        await pause()
        const answer = await work()
        await around(call, 'after')
        return answer
      }),
      look,
      signal: controller.signal,
      owner: { host: 'here', pid },
      isAlive,
      by,
      tell: ({ node, text }) => told.push(node === undefined ? text : `${node}: ${text}`),
    },
    cluster: clusters[0]!,
    registries,
    api,
    controller,
    calls,
    told,
    ledger: () =>
      [
        ...[...api.namespaces.keys()].map((one) => `namespace ${one}`),
        ...[...api.pods.keys()].map((one) => `pod ${one}`),
        ...[...api.images].map((one) => `image ${one}`),
        ...[...manifests].map((one) => `manifest ${one}`),
        ...[...tags].map((one) => `tag ${one}`),
      ].toSorted(),
  }
}

const inShort = (given: unknown): string => (typeof given === 'string' ? given : Array.isArray(given) ? given.join(' ') : '')

/** The same ports, each call of which goes by `around`; what watches is no call. */
function watched(ports: WritePorts, around: (call: string, work: () => Promise<unknown>) => Promise<unknown>): WritePorts {
  const wrap = <P extends object>(name: string, port: P): P =>
    new Proxy(port, {
      get(target, method: string) {
        const work = Reflect.get(target, method) as (...given: unknown[]) => Promise<unknown>
        if (method === 'watch') return work
        return (...given: unknown[]) => around(`${name}.${method} ${given.map(inShort).join(' ')}`, () => work(...given))
      },
    })
  const registry = wrap('registry', ports.registry)
  return {
    kube: wrap('kube', ports.kube),
    docker: wrap('docker', ports.docker),
    // A registry that does not answer is an answer.
    registry: {
      send: (...given) =>
        registry.send(...given).catch(({ message }: Error) => ({ error: { code: 'TIMEOUT', message, connected: true }, ms: 1 })),
    },
  }
}
