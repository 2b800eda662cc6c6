import type { DockerRepairPort, DockerWritePort } from '../ports/write/docker.ts'
import type { HostWritePort } from '../ports/write/host.ts'
import type { KubeRepairPort, KubeWritePort } from '../ports/write/kube.ts'
import type { RegistryWritePort } from '../ports/write/registry.ts'

/** The world as effects change it. */
export interface WritePorts {
  readonly docker: DockerWritePort
  readonly kube: KubeWritePort
  readonly registry: RegistryWritePort
}

/** The world as repairs change it. */
export interface RepairPorts extends WritePorts {
  readonly docker: DockerRepairPort
  readonly kube: KubeRepairPort
  readonly host: HostWritePort
}

/** Ports to the real world. They are loaded here and not before: most runs change nothing. */
export async function openWritePorts(env: NodeJS.ProcessEnv, kubeconfig: string | undefined): Promise<WritePorts> {
  const [{ createDockerWritePort }, { createKubeWritePort }, { createRegistryWritePort }] = await Promise.all([
    import('../ports/write/docker-adapter.ts'),
    import('../ports/write/kube-adapter.ts'),
    import('../ports/write/registry-adapter.ts'),
  ])
  const docker = createDockerWritePort(env)
  return {
    docker,
    kube: createKubeWritePort(env, docker, kubeconfig),
    registry: createRegistryWritePort(),
  }
}

/** The same, for repairs. */
export async function openRepairPorts(env: NodeJS.ProcessEnv, kubeconfig: string | undefined): Promise<RepairPorts> {
  const [{ createDockerWritePort }, { createKubeWritePort }, { createRegistryWritePort }, { createHostWritePort }] = await Promise.all([
    import('../ports/write/docker-adapter.ts'),
    import('../ports/write/kube-adapter.ts'),
    import('../ports/write/registry-adapter.ts'),
    import('../ports/write/host-adapter.ts'),
  ])
  const docker = createDockerWritePort(env)
  return {
    docker,
    kube: createKubeWritePort(env, docker, kubeconfig),
    registry: createRegistryWritePort(),
    host: createHostWritePort(env),
  }
}

type Tell = (entry: { readonly [key: string]: unknown }) => void

/** Those ports, of which each call is told by its name, what it is done to, and how it ended: what is written can be secret. */
export function toldRepairPorts(ports: RepairPorts, tell: Tell): RepairPorts {
  const told = <P extends object>(name: string, port: P): P =>
    new Proxy(port, {
      get(target, method) {
        const call = Reflect.get(target, method) as unknown
        if (typeof call !== 'function') return call
        return async (...given: unknown[]) => {
          const started = performance.now()
          const entry = (rest: object): void =>
            tell({ done: `${name}.${String(method)}`, to: plainWords(name, given), ...rest, ms: Math.round(performance.now() - started) })
          try {
            const answer: unknown = await (call as (...all: unknown[]) => unknown).apply(target, given)
            entry({})
            return answer
          } catch (error) {
            entry({ failure: (error as Error).message })
            throw error
          }
        }
      },
    })
  return {
    docker: told('docker', ports.docker),
    kube: told('kube', ports.kube),
    registry: told('registry', ports.registry),
    host: told('host', ports.host),
  }
}

/** Names, paths and addresses come first; of a command in a node the path that it is about. */
const plainWords = (port: string, [first, second]: readonly unknown[]): unknown[] => [
  first,
  ...(typeof second === 'string' && port !== 'host' ? [second] : []),
  ...(Array.isArray(second) && port === 'docker' ? [second[6]] : []),
]

/** The same ports, of which each call is told with what came of it; of what a watch tells, each change. */
export function toldPorts(ports: WritePorts, tell: (entry: { readonly [key: string]: unknown }) => void): WritePorts {
  const told = <P extends object>(name: string, port: P): P =>
    new Proxy(port, {
      get(target, method) {
        const call = Reflect.get(target, method) as (...given: unknown[]) => Promise<unknown>
        return async (...given: unknown[]) => {
          const started = performance.now()
          const entry = (rest: object): void => tell({ done: `${name}.${String(method)}`, given: given.map(loggable), ...rest })
          try {
            const watched = given.map((one) => (typeof one === 'function' ? withTelling(one as (change: unknown) => void, tell) : one))
            const answer = await call.apply(target, watched)
            entry({ answer: loggable(answer), ms: Math.round(performance.now() - started) })
            return answer
          } catch (error) {
            entry({ failure: (error as Error).message, ms: Math.round(performance.now() - started) })
            throw error
          }
        }
      },
    })
  return { docker: told('docker', ports.docker), kube: told('kube', ports.kube), registry: told('registry', ports.registry) }
}

const withTelling =
  (next: (change: unknown) => void, tell: (entry: { readonly [key: string]: unknown }) => void) =>
  (change: unknown): void => {
    tell({ watched: change })
    next(change)
  }

/** What can be told of a value: of bytes how many, of a signal or a function nothing. */
function loggable(value: unknown): unknown {
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (typeof value === 'function' || value instanceof AbortSignal) return undefined
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, one instanceof Uint8Array ? `${one.length} bytes` : one]))
}
