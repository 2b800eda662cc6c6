import { isMap, isSeq, parseDocument, Scalar, YAMLSeq } from 'yaml'
import type { ContainerdVersion } from '../../../containerd/versions.ts'
import { lintFile } from '../../../lint/lint.ts'
import { itemsOf, valueAt } from '../../../lint/known-keys.ts'
import { SetupRefusal } from '../options.ts'

/** A configuration that the user gives. */
export interface GivenConfig {
  readonly path: string
  readonly text: string
}

export interface ClusterConfig {
  readonly config: string
  readonly notes: readonly string[]
}

/** What a configuration says; undefined where it cannot be read, which whoever writes it again refuses. */
export function valueOf(text: string): unknown {
  try {
    return parseDocument(text, { logLevel: 'silent' }).toJS() as unknown
  } catch {
    return undefined
  }
}

/** Every containerd honours the old name of the plugin in a file of version 2, which is what kind's nodes have. */
const patch = '[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "/etc/containerd/certs.d"'

const usual = 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n'

/**
 * The configuration of a kind cluster whose nodes read hosts.toml files: what the user gives, with a patch where its nodes
 * would not read them. Pure.
 * @param containerd in kind's own node image; null where that is not known
 * @throws SetupRefusal where kind would refuse it, or nodes would not come up with it
 */
export function kindClusterConfig(given: GivenConfig | null, containerd: ContainerdVersion | null): ClusterConfig {
  const text = given?.text ?? usual
  const path = given?.path ?? 'kind.yaml'
  const known = given !== null && namesImages(given.text) ? null : containerd
  const needsPatch = lacksConfigPath(text, known)
  const config = needsPatch ? withPatch(path, text) : text
  refuseFaulty(path, config, known)
  const notes =
    known || !needsPatch
      ? []
      : ['config_path is set in the nodes whatever their containerd is: which one their image has is not known, and it does no harm']
  return { config, notes }
}

/** Nodes of an image that the user names have its containerd, whichever that is. */
const namesImages = (text: string): boolean =>
  itemsOf(valueAt(valueOf(text), ['nodes'])).some((node) => valueAt(node, ['image']) !== undefined)

const problemsOf = (text: string, containerd: ContainerdVersion | null) =>
  (lintFile({ path: 'kind.yaml', text }, containerd ? { containerd } : {}) ?? []).flatMap((one) => one.problems)

const lacking = ['config-path-missing', 'config-path-list-ignored']

const lacksConfigPath = (text: string, containerd: ContainerdVersion | null): boolean =>
  problemsOf(text, containerd).some(({ code }) => lacking.includes(code))

function refuseFaulty(path: string, text: string, containerd: ContainerdVersion | null): void {
  const problem = problemsOf(text, containerd).find(({ severity }) => severity === 'error')
  if (problem) throw new SetupRefusal('cluster-config', `${path}, line ${problem.line}: ${problem.message}`)
}

/** All else stays as it is, comments too. */
function withPatch(path: string, text: string): string {
  const document = parseDocument(text, { logLevel: 'silent' })
  if (document.errors.length > 0 || !isMap(document.contents))
    throw new SetupRefusal('cluster-config', `${path} is no YAML of one mapping: ${document.errors[0]?.message ?? 'it is something else'}`)
  const key = 'containerdConfigPatches'
  const present: unknown = document.get(key)
  const list = isSeq(present) ? present : new YAMLSeq(document.schema)
  const item = new Scalar(patch)
  item.type = Scalar.BLOCK_LITERAL
  list.add(item)
  if (list !== present) document.set(key, list)
  return document.toString({ lineWidth: 0 })
}
