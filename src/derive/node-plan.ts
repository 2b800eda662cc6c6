import type { Files } from '../containerd/files.ts'
import { pullPlan, type PullPlan } from '../containerd/pull-plan.ts'
import { ObservationFailure, type Look } from '../model/observation.ts'
import { nodeContainerd, type NodeContainerd } from './node-containerd.ts'
import { nodeFiles } from './node-files.ts'

/** What a node's containerd will do for an image, from its version and files alone. */
export interface NodePlan {
  readonly containerd: NodeContainerd
  readonly plan: PullPlan
}

/** Certificates can lie anywhere, and so can what a link leads to; more than this is no configuration any more. */
const maxFurtherLooks = 24

/**
 * The pull plan of an image on a running node. Files outside of containerd's directory are looked at where the plan needs them.
 * @throws ObservationFailure where the node cannot be asked, its configuration cannot be read, or a file that decides cannot
 */
export function nodePlan(look: Look, node: string, image: string): Promise<NodePlan> {
  return look.once(`nodePlan ${node} ${image}`, () => planWith(look, node, image, (files) => files))
}

/**
 * The same, as it will be with other files than those that are there.
 * @param as makes of the node's files those to go by
 * @throws as nodePlan does
 */
export async function planWith(look: Look, node: string, image: string, as: (files: Files) => Files): Promise<NodePlan> {
  const containerd = await nodeContainerd(look, node)
  // What containerd went by when it started cannot be told from a file that it could not start with.
  const [unreadable] = containerd.config.unreadable
  if (unreadable) throw new ObservationFailure('node.files', 'unreadable', `${unreadable.file} of ${node} is no TOML: ${unreadable.why}`)
  const looked = [...containerd.looked]
  let files = as(containerd.files)
  for (let looks = 0; ; looks++) {
    const plan = pullPlan(containerd.version, containerd.config.settings, files, image)
    if (plan.kind !== 'plan' || plan.endpoints.kind !== 'unseen') return { containerd: { ...containerd, files }, plan }
    const { path } = plan.endpoints
    if (looked.includes(path) || looks === maxFurtherLooks)
      throw new ObservationFailure('node.files', 'unreadable', `${path} of ${node} cannot be read as text`)
    looked.push(path)
    files = as(await nodeFiles(look, node, looked))
  }
}
