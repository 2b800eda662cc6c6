import type { Json } from '../../../src/model/json.ts'
import type { KubeAnswer, KubeChange, KubeWritePort } from '../../../src/ports/write/kube.ts'
import { recorded, type RecordedChange } from './recorded.ts'

/** What the kubelet of a node makes of a pod: a stream of fixtures/probe; `ran` puts the image on the node. */
export interface Fate {
  readonly lines: readonly RecordedChange[]
  readonly pulls: boolean
}

export const fate = (stream: string): Fate => ({
  lines: stream === 'healthy' ? recorded(stream) : recorded(stream).flatMap(ofBoth),
  pulls: ['healthy', 'command-missing'].includes(stream),
})

/** A line of a stream with one container, as of two that fare alike. */
function ofBoth(line: RecordedChange): RecordedChange[] {
  const other = JSON.parse(JSON.stringify(line).replaceAll('by-0', 'by-1')) as RecordedChange
  if (line.of === 'events') return [line, other]
  const [own, more] = [line, other].map((one) => (one.object as unknown as { status: { containerStatuses?: Json[] } }).status)
  const containerStatuses = [...(own?.containerStatuses ?? []), ...(more?.containerStatuses ?? [])]
  return [{ ...line, object: { status: { ...own, containerStatuses } } }]
}

interface Pod {
  readonly uid: string
  readonly node: string
  readonly images: readonly string[]
}

const ok = (body: Json = null): KubeAnswer => ({ status: 200, body })
const status = (code: number, message: string): KubeAnswer => ({ status: code, body: { message } })

/**
 * A cluster as a probe sees it: namespaces whose names are unique, pods that their node's kubelet pulls and runs as it was
 * recorded, for as long as they are there, and watches that tell of it.
 */
export class FakeCluster {
  /** By name, with what the API has of them. */
  readonly namespaces = new Map<string, Json>()
  readonly pods = new Map<string, Pod>()
  /** What each node holds: `NODE REFERENCE`. */
  readonly images = new Set<string>()
  /** What the API refuses, by the end of the path that something is created at. */
  readonly refuses = new Map<string, KubeAnswer>()
  readonly #watches = new Set<(path: string, change: KubeChange) => void>()
  readonly #fateOf: (node: string) => Fate
  readonly #pause: () => Promise<void>

  /** @param pause between two things that a kubelet does */
  constructor(fateOf: (node: string) => Fate, pause: () => Promise<void>) {
    this.#fateOf = fateOf
    this.#pause = pause
  }

  readonly port: KubeWritePort = {
    create: async (_way, path, object) => {
      const refused = [...this.refuses].find(([end]) => path.endsWith(end))?.[1]
      if (refused) return refused
      const { metadata, spec } = object as {
        metadata: { name: string }
        spec?: { nodeName: string; containers: { image: string }[] }
      }
      const { name } = metadata
      if (path === '/api/v1/namespaces') {
        if (this.namespaces.has(name)) return status(409, `namespaces "${name}" already exists`)
        this.namespaces.set(name, object)
      }
      const namespace = namespaceIn(path)
      if (namespace !== undefined && !this.namespaces.has(namespace)) return status(404, `namespaces "${namespace}" not found`)
      if (spec)
        this.#run(`${namespace}/${name}`, { uid: `uid-${name}`, node: spec.nodeName, images: spec.containers.map((one) => one.image) })
      return { status: 201, body: object }
    },
    remove: async (_way, path) => {
      const [, namespace = '', pod] = /^\/api\/v1\/namespaces\/([^/?]+)(?:\/pods\/([^/?]+))?/.exec(path) ?? []
      const key = `${namespace}/${pod}`
      if (pod === undefined) {
        if (!this.namespaces.delete(namespace)) return status(404, 'not found')
        for (const each of this.pods.keys()) if (each.startsWith(`${namespace}/`)) this.#removePod(each)
        return ok()
      }
      if (!this.pods.has(key)) return status(404, 'not found')
      this.#removePod(key)
      return ok()
    },
    get: async (_way, path) => {
      const namespace = namespaceIn(path)
      if (namespace === undefined) return ok({ items: [...this.namespaces.values()] })
      const names = [...this.pods.keys()].flatMap((key) => (key.startsWith(`${namespace}/`) ? [key.slice(namespace.length + 1)] : []))
      return ok({ items: names.map((name) => ({ metadata: { name } })) })
    },
    watch: (_way, path, onChange, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve()
        const watch = (of: string, change: KubeChange): void => {
          if (of === path && !signal.aborted) onChange(change)
        }
        this.#watches.add(watch)
        signal.addEventListener('abort', () => {
          this.#watches.delete(watch)
          resolve()
        })
      }),
  }

  #removePod(key: string): void {
    this.pods.delete(key)
    this.#tell(key, { of: 'pods', type: 'DELETED', object: { status: {} } })
  }

  #run(key: string, pod: Pod): void {
    this.pods.set(key, pod)
    void (async () => {
      const { lines, pulls } = this.#fateOf(pod.node)
      for (const line of lines) {
        await this.#pause()
        if (this.pods.get(key) !== pod) return
        // As late as can be: a pull that is under way ends after everything that is done meanwhile.
        if (pulls) for (const image of pod.images) this.images.add(`${pod.node} ${image}`)
        this.#tell(key, line)
      }
    })()
  }

  #tell(key: string, { of, type, object }: Pick<RecordedChange, 'of' | 'type' | 'object'>): void {
    const [namespace, name] = key.split('/') as [string, string]
    const named = { ...(object as object), ...(of === 'pods' ? { metadata: { name, uid: `uid-${name}` } } : {}) } as Record<string, Json>
    if (of === 'events') named['involvedObject'] = { ...(named['involvedObject'] as object), name }
    for (const watch of this.#watches) watch(`/api/v1/namespaces/${namespace}/${of}`, { type, object: named })
  }
}

const namespaceIn = (path: string): string | undefined => /^\/api\/v1\/namespaces\/([^/?]+)\//.exec(path)?.[1]
