import type { Any } from './toml/any.ts'
import type { Place } from './toml/rejected.ts'

/** The settings of one host as they stand in a hosts.toml. Source: containerd, core/remotes/docker/config/hosts.go (hostFileConfig). */
export interface HostFields {
  readonly capabilities: readonly string[]
  readonly ca?: Any
  readonly client?: Any
  readonly skipVerify?: boolean
  readonly header: ReadonlyMap<string, Any>
  readonly overridePath: boolean
  readonly dialTimeout: string
}

/** A hosts.toml as its TOML library hands it to containerd. */
export interface HostsFields {
  /** The keys under `host` in the order in which containerd tries them. */
  readonly order: readonly { readonly key: string; readonly place: Place }[]
  /** Hosts that the library gives the same line: containerd then tries them in an order that differs from pull to pull. */
  readonly unordered: boolean
  readonly hosts: ReadonlyMap<string, HostFields>
  readonly root: HostFields
  readonly server: string
  readonly serverPlace?: Place
  /** What k3s' fork asks: whether `server` is written at all. */
  readonly hasServer: boolean
}

export const noFields: HostFields = { capabilities: [], header: new Map(), overridePath: false, dialTimeout: '' }
