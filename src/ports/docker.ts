/** What the passive phases may do with the Docker engine. Every call has a time limit and ends when the run is cancelled. */
export interface DockerReadPort {
  /** Where the engine is asked, for messages. */
  readonly endpoint: string
  version(): Promise<EngineVersion>
  listContainers(): Promise<unknown[]>
  /** The engine's own JSON, or null where there is no such container. */
  inspectContainer(name: string): Promise<unknown>
  listImages(): Promise<unknown[]>
  /** The engine's own JSON, or null where it has no such image. */
  inspectImage(name: string): Promise<unknown>
  /** The registry as the engine reaches it. Never throws for the registry's own answer. */
  distribution(image: string): Promise<{ status: number; body: unknown }>
  /** The last lines of a container's log, both streams. */
  logTail(container: string, lines: number): Promise<string>
  /** A path of a container as a tar archive, or null where it is not there. Works on a stopped container. */
  archive(container: string, path: string, maxBytes: number): Promise<Buffer | null>
  /**
   * Runs a process in a container. Only observe's closed list of read-only commands uses it.
   * The command limits its own time: aborting an exec from outside does not end it.
   */
  exec(container: string, argv: readonly string[], limitMs: number): Promise<ExecOutcome>
}

export interface ExecOutcome {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  /** For each line of standard error the milliseconds from the start until it came. */
  readonly lineMs?: readonly number[]
}

export interface EngineVersion {
  readonly version: string
  readonly apiVersion: string
  readonly os: string
}

/** The engine could not be asked, or refused. */
export class DockerError extends Error {
  override readonly name = 'DockerError'
  readonly code: 'docker-unreachable' | 'docker-forbidden' | 'timeout' | 'not-running' | 'too-large' | 'docker-error'
  constructor(code: DockerError['code'], message: string) {
    super(message)
    this.code = code
  }
}
