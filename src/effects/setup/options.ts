import type { PlannedRepair } from '../fix/repair.ts'
import type { HostWritePort } from '../../ports/write/host.ts'
import type { TlsFiles } from './tls/files.ts'

/** What the user wants of a set-up, where it is not what is usual. */
export interface SetupOptions {
  /** Name of the registry's container. */
  readonly registryName?: string
  /** The port of this machine on which the registry is published. */
  readonly port?: number
  /** The registry speaks HTTPS, with these. */
  readonly tls?: TlsFiles
}

/** As much of this machine as it takes to plan: nothing of it changes anything. */
export interface Machine {
  readonly host: Pick<HostWritePort, 'read' | 'run' | 'portHolder'>
  readonly env: NodeJS.ProcessEnv
  readonly platform: NodeJS.Platform
}

/** What has to be done, in its order; a repair without steps is of something that is there already. */
export interface SetupPlan {
  readonly repairs: readonly PlannedRepair[]
  /** How to go on once all is done. */
  readonly next: readonly string[]
  readonly notes: readonly string[]
}

/** Why nothing is done. */
export interface Refused {
  readonly refused: { readonly code: string; readonly message: string }
}

/** Something is there that a set-up does not overwrite, or that keeps it from its work. */
export class SetupRefusal extends Error {
  override readonly name = 'SetupRefusal'
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
