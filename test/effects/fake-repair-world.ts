import { execFile } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { RepairPorts } from '../../src/effects/ports.ts'
import type { RepairWorld } from '../../src/effects/ops/op.ts'
import type { IntendedStep, Journal, JournaledStep } from '../../src/effects/journal/journal.ts'
import type { Json } from '../../src/model/json.ts'
import type { Topology } from '../../src/model/topology.ts'
import type { ContainerInspect } from '../../src/ports/write/docker.ts'

type Container = { -readonly [K in keyof ContainerInspect]: ContainerInspect[K] } & { State: { Status: string; StartedAt: string } }

/** The process was killed: nothing more of it happens. */
export class Killed extends Error {}

/**
 * A world in memory, but for the files of its one node: they lie in a folder of this machine, and the shell scripts for a node
 * are run here, so that it is they that are tested.
 */
export class FakeRepairWorld {
  readonly root = mkdtempSync(join(tmpdir(), 'repair-'))
  readonly containers = new Map<string, Container>()
  readonly objects = new Map<string, Json>()
  /** Name of the registry's image → digest; manifests by digest go when they are deleted. */
  readonly registry = new Map<string, string>()
  readonly images = new Map<string, string>()
  readonly units = new Map<string, number>([['containerd', 1]])
  readonly hostFiles = new Map<string, string>()
  deletes = true
  /** Every call that can change something, in its order. */
  readonly calls: string[] = []
  /** After so many of them the process is killed; between what a call does and its answer. */
  killAfter = Infinity
  #ids = 0

  readonly topology = {
    clusters: [
      {
        name: 'dev',
        provider: 'kind',
        network: 'kind',
        nodes: [{ name: 'dev-worker', cluster: 'dev', role: 'worker', running: true, state: 'running' }],
        context: 'kind-dev',
        api: [{ context: 'kind-dev' }],
        containerRuntime: {},
        kubelet: {},
        platform: {},
      },
    ],
    registries: [
      {
        name: 'kind-registry',
        container: 'kind-registry',
        place: 'container',
        address: 'kind-registry:5000',
        scheme: 'http',
        registryHosts: ['localhost:5001'],
        references: [],
        clusters: ['dev'],
        role: 'registry',
      },
    ],
    choices: [],
    gaps: [],
  } satisfies Topology

  constructor() {
    this.containers.set('dev-worker', this.#container('dev-worker', 'running'))
    this.containers.set('kind-registry', this.#container('kind-registry', 'running'))
    this.images.set('registry:3', 'sha256:reg')
    this.images.set('localhost:5001/app:1', 'sha256:app')
  }

  get world(): RepairWorld {
    return { ports: this.#ports(), topology: this.topology }
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true })
  }

  path(name: string): string {
    return join(this.root, name)
  }

  write(name: string, text: string | Uint8Array, mode = 0o644): void {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), text)
    chmodSync(this.path(name), mode)
  }

  /** All that is there, but for what a restart leaves: ids of containers, times. */
  state(): Json {
    const files = readdirSync(this.root, { recursive: true, encoding: 'utf8' })
      .toSorted()
      .map((name) => {
        const info = statSync(this.path(name))
        return info.isDirectory()
          ? `${name}/`
          : `${name} ${(info.mode & 0o777).toString(8)} ${readFileSync(this.path(name)).toString('base64')}`
      })
    const containers = [...this.containers.values()]
      .map(({ Name, State, HostConfig, NetworkSettings, Config, Mounts = [] }) => ({
        Name,
        status: State.Status,
        ports: HostConfig.PortBindings ?? {},
        networks: Object.fromEntries(Object.entries(NetworkSettings.Networks).map(([name, one]) => [name, [...(one.Aliases ?? [])]])),
        env: (Config['Env'] as string[] | undefined) ?? [],
        volumes: Mounts.map((one) => `${one.Name}:${one.Destination}`),
      }))
      .toSorted((a, b) => (a.Name < b.Name ? -1 : 1))
    const sorted = (map: ReadonlyMap<string, Json>): Json => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1))
    return JSON.parse(
      JSON.stringify({
        files,
        containers,
        objects: sorted(this.objects),
        registry: sorted(this.registry),
        images: sorted(this.images),
        host: sorted(this.hostFiles),
      }),
    ) as Json
  }

  #container(name: string, status: string, more: Partial<Container> = {}): Container {
    const id = String(++this.#ids).padStart(64, '0')
    return {
      Id: id,
      Name: name,
      Image: 'sha256:reg',
      State: { Status: status, StartedAt: `start ${this.#ids}` },
      Config: { Image: 'registry:3', Labels: null, Hostname: id.slice(0, 12), Env: ['A=1'] },
      HostConfig: { PortBindings: {}, NetworkMode: 'bridge' },
      Mounts: [{ Type: 'volume', Name: `anonymous-of-${name}`, Destination: '/var/lib/registry', RW: true }],
      NetworkSettings: { Networks: { bridge: { Aliases: null } } },
      ...more,
    }
  }

  #ports(): RepairPorts {
    const change = <T>(call: string, work: () => T | Promise<T>): Promise<T> => {
      if (this.calls.length >= this.killAfter) return Promise.reject(new Killed(call))
      this.calls.push(call)
      return Promise.resolve(work()).then((answer) => {
        if (this.calls.length >= this.killAfter) throw new Killed(call)
        return answer
      })
    }
    const known = (name: string): Container => {
      const found = this.containers.get(name)
      if (!found) throw new Error(`there is no container ${name}`)
      return found
    }
    const start = (one: Container): void => void (one.State = { Status: 'running', StartedAt: `start ${++this.#ids}` })
    const status = (one: Container, Status: string): void => void (one.State = { ...one.State, Status })
    const docker: RepairPorts['docker'] = {
      endpoint: 'unix:///var/run/docker.sock',
      run: (_node, argv) => {
        const isLook = !/\bmv\b|\brm\b|mkdir|restart/.test(argv[4] ?? '')
        const work = (): Promise<{ exitCode: number; stdout: string; stderr: string }> => this.#run(argv)
        return isLook ? work() : change(`run ${argv.slice(6, 7).join()}`, work)
      },
      load: async () => undefined,
      push: (name) =>
        change(`push ${name}`, () => {
          const digest = `sha256:pushed-${this.images.get(name)}`
          this.registry.set(name, digest)
          return { digest }
        }),
      untag: (name) => change(`untag ${name}`, () => void this.images.delete(name)),
      tag: (source, target) => change(`tag ${target}`, () => void this.images.set(target, this.images.get(source)!)),
      imageId: async (name) => this.images.get(name) ?? null,
      digestOf: async (name) => this.registry.get(name) ?? null,
      pullImage: (name) => change(`pull ${name}`, () => void this.images.set(name, `sha256:${name}`)),
      inspect: async (name) => structuredClone(this.containers.get(name) ?? null),
      start: (name) => change(`start ${name}`, () => start(known(name))),
      unpause: (name) => change(`unpause ${name}`, () => status(known(name), 'running')),
      pause: (name) => change(`pause ${name}`, () => status(known(name), 'paused')),
      stop: (name) => change(`stop ${name}`, () => status(known(name), 'exited')),
      restart: (name) => change(`restart ${name}`, () => start(known(name))),
      rename: (name, to) =>
        change(`rename ${name}`, () => {
          const one = known(name)
          if (this.containers.has(to)) throw new Error(`${to} is in use`)
          this.containers.delete(name)
          this.containers.set(to, { ...one, Name: to })
        }),
      create: (name, config) =>
        change(`create ${name}`, () => {
          if (this.containers.has(name)) throw new Error(`${name} is in use`)
          this.containers.set(name, this.#created(name, config as never))
        }),
      remove: (name) =>
        change(`remove ${name}`, () => {
          if (this.containers.get(name)?.State.Status === 'running') throw new Error(`${name} is running`)
          this.containers.delete(name)
        }),
      connect: (network, name, { aliases }) =>
        change(`connect ${name}`, () => {
          const { NetworkSettings } = known(name)
          if (NetworkSettings.Networks[network]) throw new Error(`${name} is on ${network} already`)
          ;(NetworkSettings.Networks as Record<string, object>)[network] = { Aliases: [...aliases] }
        }),
      disconnect: (network, name) =>
        change(`disconnect ${name}`, () => {
          delete (known(name).NetworkSettings.Networks as Record<string, object>)[network]
        }),
      read: async (_node, path) => {
        if (!existsSync(path)) return { type: 'absent' }
        const info = lstatSync(path)
        if (!info.isFile()) return { type: info.isDirectory() ? 'dir' : 'link' }
        return { type: 'file', bytes: readFileSync(path), mode: info.mode & 0o7777, uid: info.uid, gid: info.gid }
      },
      putFiles: (name, files) => change(`put files of ${name}`, () => files.forEach(({ path, bytes }) => writeFileSync(path, bytes))),
    }
    const kube: RepairPorts['kube'] = {
      create: (_way, path, object) =>
        change(`create ${path}`, () => {
          const { metadata } = object as { metadata: { name: string } }
          this.objects.set(`${path}/${metadata.name}`, object)
          return { status: 201, body: object }
        }),
      replace: (_way, path, object) => change(`replace ${path}`, () => (this.objects.set(path, object), { status: 200, body: object })),
      remove: (_way, path) => change(`delete ${path}`, () => ({ status: this.objects.delete(path) ? 200 : 404, body: null })),
      get: async (_way, path) => {
        const body = this.objects.get(path)
        return body === undefined ? { status: 404, body: null } : { status: 200, body }
      },
      watch: async () => undefined,
    }
    return {
      docker,
      kube,
      registry: {
        send: async (method, url) => {
          const answer = { headers: {}, body: '{}', ms: 1 }
          if (method === 'GET') return { ...answer, status: 200 }
          return change(`${method} ${url}`, () => {
            if (method === 'DELETE' && !this.deletes) return { ...answer, status: 405 }
            const [, repository, reference = ''] = /\/v2\/(.+)\/manifests\/(.+)$/.exec(url) ?? []
            for (const [name, digest] of this.registry)
              if (digest === reference || name.endsWith(`/${repository}:${reference}`)) this.registry.delete(name)
            return { ...answer, status: 202 }
          })
        },
      },
      host: {
        run: async () => ({ exitCode: 0, stdout: '', stderr: '' }),
        read: async (path) => this.hostFiles.get(path) ?? null,
        write: (path, text) => change(`write ${path}`, () => void this.hostFiles.set(path, text)),
        remove: (path) => change(`remove ${path}`, () => void this.hostFiles.delete(path)),
        portHolder: async () => null,
      },
    }
  }

  #created(
    name: string,
    { HostConfig, Labels, Env, Image }: { HostConfig: { Binds?: string[] }; Labels?: object; Env?: string[]; Image: string },
  ): Container {
    const volumes = (HostConfig.Binds ?? []).map((one) => {
      const [Name = '', Destination = ''] = one.split(':')
      return { Type: 'volume', Name, Destination, RW: true }
    })
    const made = this.#container(name, 'created')
    return {
      ...made,
      Config: { ...made.Config, Image, Labels: (Labels as Record<string, string> | undefined) ?? null, Env: Env ?? [] },
      HostConfig,
      Mounts: volumes.length > 0 ? volumes : made.Mounts!,
    }
  }

  /** Scripts that use no program of a node run as they are. */
  async #run(argv: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
    const [unit = ''] = argv.slice(6)
    if (/systemctl restart/.test(argv[4] ?? '')) {
      this.units.set(unit, (this.units.get(unit) ?? 0) + 1)
      return { exitCode: 0, stdout: '', stderr: '' }
    }
    if (/systemctl show/.test(argv[4] ?? ''))
      return { exitCode: 0, stdout: `ActiveState=active\nActiveEnterTimestampMonotonic=${this.units.get(unit)}\n`, stderr: '' }
    const [command, ...words] = argv
    return new Promise((resolve) =>
      execFile(command!, words, (error, stdout, stderr) => resolve({ exitCode: error ? Number(error.code ?? 1) : 0, stdout, stderr })),
    )
  }
}

/** A journal in memory; what is in it outlives who is killed. */
export function memoryJournal(steps: JournaledStep[] = []): Journal & { readonly steps: JournaledStep[]; outcome?: string } {
  const set = async (nth: number, state: JournaledStep['state']): Promise<void> => {
    steps[nth] = { ...steps[nth]!, state }
  }
  const journal = {
    id: '20261128-190533-7f3a',
    path: '/state/20261128-190533-7f3a.jsonl',
    steps,
    intend: async (entry: IntendedStep) => {
      // As a file would: what is in it is no longer shared with anybody.
      steps.push({ ...structuredClone(entry), nth: steps.length, state: 'intended' })
      return steps.length - 1
    },
    done: (nth: number) => set(nth, 'done'),
    failed: (nth: number) => set(nth, 'failed'),
    undone: (nth: number, kept: string | null) => set(nth, kept === null ? 'undone' : 'kept'),
    end: async (outcome: string) => void Object.assign(journal, { outcome }),
  }
  return journal
}
