import type { ExecOutcome } from '../docker.ts'

/** A file of a container. */
export interface ContainerFile {
  readonly bytes: Uint8Array
  /** Its permission bits. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/** What stands at a path of a container. */
export type ContainerPath =
  | { readonly type: 'absent' }
  | ({ readonly type: 'file' } & ContainerFile)
  | { readonly type: 'dir' | 'link' | 'other' }

/** How a container is in a network. */
export interface NetworkEndpoint {
  readonly aliases: readonly string[]
  /** Only where the user set one. */
  readonly ipv4?: string
}

/** What a probe may do with the Docker engine. */
export interface DockerWritePort {
  /**
   * Runs a process in a node. Only the closed list of commands of src/effects uses it.
   * The command limits its own time: to stop waiting for it does not end it.
   */
  run(node: string, argv: readonly string[], limitMs: number): Promise<ExecOutcome>
  /** Gives the engine the image of an archive, as `docker load` does. */
  load(archive: Uint8Array): Promise<void>
  /** Pushes an image by its name with a tag. @returns the digest under which the registry has it, or why it does not */
  push(name: string, limitMs?: number): Promise<{ readonly digest: string } | { readonly error: string }>
  /** Takes a name from an image of the engine, and the image with its last name; a name that is not there is no fault. */
  untag(name: string): Promise<void>
}

/** What a repair may do with it beside that. Nothing that is done already is a fault, as a killed run may have done it. */
export interface DockerRepairPort extends DockerWritePort {
  /** Where the engine is, as a URL. */
  readonly endpoint: string
  tag(source: string, target: string): Promise<void>
  /** The id of an image of the engine; null where it has none of that name. */
  imageId(name: string): Promise<string | null>
  /** The digest that a registry has under a name, asked by the engine; null where it has none, or does not answer. */
  digestOf(name: string): Promise<string | null>
  /** Has the engine pull an image. @throws DockerError with the registry's words */
  pullImage(name: string): Promise<void>
  /** The engine's own JSON of a container, or null where there is none. */
  inspect(container: string): Promise<ContainerInspect | null>
  start(container: string): Promise<void>
  unpause(container: string): Promise<void>
  pause(container: string): Promise<void>
  stop(container: string): Promise<void>
  restart(container: string): Promise<void>
  rename(container: string, name: string): Promise<void>
  /** @param config the body of `POST /containers/create` of the engine's API */
  create(container: string, config: object): Promise<void>
  /** Removes a container that does not run; its volumes stay. One that is not there is no fault. */
  remove(container: string): Promise<void>
  connect(network: string, container: string, endpoint: NetworkEndpoint): Promise<void>
  disconnect(network: string, container: string): Promise<void>
  /** What stands at a path of a container, also of one that does not run. */
  read(container: string, path: string): Promise<ContainerPath>
  /** Writes files of a container that need not run; their directories are there. */
  putFiles(container: string, files: readonly ({ readonly path: string } & ContainerFile)[]): Promise<void>
}

/** What is read of the engine's JSON of a container; the rest is kept as it is. */
export interface ContainerInspect {
  readonly Id: string
  readonly Name: string
  readonly Image: string
  readonly State: { readonly Status: string; readonly StartedAt: string }
  readonly Config: { readonly Image: string; readonly Labels: { readonly [name: string]: string } | null; readonly [key: string]: unknown }
  readonly HostConfig: {
    readonly PortBindings?: { readonly [port: string]: readonly { readonly HostIp?: string; readonly HostPort?: string }[] | null } | null
    readonly [key: string]: unknown
  }
  readonly Mounts?: readonly {
    readonly Type: string
    readonly Name?: string
    readonly Source?: string
    readonly Destination: string
    readonly RW?: boolean
  }[]
  readonly NetworkSettings: {
    readonly Networks: {
      readonly [network: string]: {
        readonly Aliases?: readonly string[] | null
        readonly IPAMConfig?: { readonly IPv4Address?: string } | null
        readonly IPAddress?: string
      }
    }
  }
}
