/** What an unusual set-up that works is, and the hand that most of them need. */
import type { UpOptions } from './cluster-note.ts'
import { hostsToml, nodesOf, type Pull, type Undo } from './fault.ts'

export interface SetUp {
  readonly name: string
  /** Pulls that work with it; default: of the lab's image on a worker. */
  readonly pulls?: readonly Pull[]
  /** The containerd versions on which it does not work. */
  readonly brokenOn?: RegExp
  make(cluster: UpOptions): Promise<Undo>
}

/** The same hosts.toml on all nodes. */
export const withHostsToml =
  (content: string): SetUp['make'] =>
  async (cluster) =>
    hostsToml(cluster, await nodesOf(cluster.name), content)
