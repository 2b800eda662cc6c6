import type { ExecOutcome } from '../docker.ts'

/** What an effect may do with the Docker engine. */
export interface DockerWritePort {
  /**
   * Runs a process in a node. Only the closed list of commands of src/effects uses it.
   * The command limits its own time: to stop waiting for it does not end it.
   */
  run(node: string, argv: readonly string[], limitMs: number): Promise<ExecOutcome>
  /** Gives the engine the image of an archive, as `docker load` does. */
  load(archive: Uint8Array): Promise<void>
  /** Pushes an image by its name with a tag. @returns the digest under which the registry has it, or why it does not */
  push(name: string): Promise<{ readonly digest: string } | { readonly error: string }>
  /** Takes a name from an image of the engine, and the image with its last name; a name that is not there is no fault. */
  untag(name: string): Promise<void>
}
