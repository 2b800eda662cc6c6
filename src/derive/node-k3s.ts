import type { Files } from '../containerd/files.ts'
import { configFileOf, k3sFlags, type K3sFlags } from '../k3s/flags.ts'
import type { Rendered, RenderSettings } from '../k3s/render.ts'
import { renderRegistriesYaml } from '../k3s/render.ts'
import { isAbsent, type Look } from '../model/observation.ts'
import type { Cluster } from '../model/topology.ts'
import { dig, kubeObject } from './kube.ts'
import { nodeFiles, textOf } from './node-files.ts'
import { orNull } from './tried.ts'

/** k3s on a node: what it was told of registries, and what it will make of that when it starts. */
export interface NodeK3s {
  /** Path of its registries.yaml. */
  readonly registriesYaml: string
  /** The text of that file; null where there is none, or none with text. */
  readonly text: string | null
  /** The same as k3s reads it, as far as that is known: secrets are other words, and still words. */
  readonly yaml: string
  readonly settings: RenderSettings
  /** What k3s makes of it at its next start. */
  readonly rendered: Rendered
  /** Whether the process that runs was given the flag; null where the node's annotation does not tell. */
  readonly startedWithFlag: boolean | null
  /** Files that were looked at. */
  readonly files: Files
}

/** As much of a cluster as it takes to look at k3s. */
export type K3sCluster = Pick<Cluster, 'nodes' | 'api' | 'contextProblem'>

/**
 * Looks at what decides what k3s writes for containerd: its arguments, its configuration files, registries.yaml.
 * Also of a node that does not run: the engine reads its files all the same.
 * @throws ObservationFailure where the node cannot be asked
 */
export function nodeK3s(look: Look, cluster: K3sCluster, node: string): Promise<NodeK3s> {
  return look.once(`nodeK3s ${node}`, async () => {
    const [told, { kubelet, startedArgs }, embeddedRegistry] = await Promise.all([
      toldFlags(look, node),
      toldByApi(look, cluster, node),
      isEmbedded(look, cluster),
    ])
    const { privateRegistry, disableDefaultRegistryEndpoint = false } = told.flags
    const files = await nodeFiles(look, node, [...told.looked, privateRegistry])
    const text = textOf(files, privateRegistry)
    // A secret's mark would be read as a list.
    const yaml = (text ?? '').replace(/\[redacted:([0-9a-f]+)\]/g, 'redacted-$1')
    const k3sVersion = versionOf(kubelet, told.image)
    const settings: RenderSettings = {
      disableDefaultRegistryEndpoint,
      embeddedRegistry,
      ...(k3sVersion !== undefined && { k3sVersion }),
    }
    return {
      registriesYaml: privateRegistry,
      text,
      yaml,
      settings,
      rendered: renderRegistriesYaml(yaml, settings),
      startedWithFlag: startedArgs && (k3sFlags(startedArgs).disableDefaultRegistryEndpoint ?? false),
      files,
    }
  })
}

interface Told {
  readonly flags: K3sFlags
  /** Of the node's container. */
  readonly image?: string
  /** Paths that were looked at for it. */
  readonly looked: readonly string[]
}

/** What k3s of a node is told when it starts: by its arguments, and by its configuration files. */
function toldFlags(look: Look, node: string): Promise<Told> {
  return look.once(`toldFlags ${node}`, async () => {
    const detail = await look('docker.container', { name: node })
    const { args, env, image } = isAbsent(detail) ? { args: [], env: {}, image: undefined } : detail
    const own = argsOf(args)
    const configFile = configFileOf(own, env)
    // Not the folder: the administrator's credentials lie in it too.
    const looked = [configFile, `${configFile}.d`]
    const flags = k3sFlags(own, configTexts(await nodeFiles(look, node, looked), configFile))
    return { flags, looked, ...(image !== undefined && { image }) }
  })
}

/** The arguments from the role on: k3d puts its own entrypoint before them. */
function argsOf(args: readonly string[]): readonly string[] {
  const role = args.findIndex((one) => one === 'server' || one === 'agent')
  return role < 0 ? [] : args.slice(role)
}

/** The kubelet's version, and what k3s says in an annotation that it was started with, configuration files included (k3s, pkg/nodeconfig). */
async function toldByApi(
  look: Look,
  cluster: K3sCluster,
  node: string,
): Promise<{ readonly kubelet?: string; readonly startedArgs: readonly string[] | null }> {
  const items = dig(await orNull(kubeObject(look, cluster, '/api/v1/nodes')), 'items')
  const item = (Array.isArray(items) ? items : []).find((one) => dig(one, 'metadata', 'name') === node)
  const [kubelet, args] = [dig(item, 'status', 'nodeInfo', 'kubeletVersion'), dig(item, 'metadata', 'annotations', 'k3s.io/node-args')]
  return { startedArgs: wordsOf(args), ...(typeof kubelet === 'string' && { kubelet }) }
}

function wordsOf(text: unknown): readonly string[] | null {
  if (typeof text !== 'string') return null
  try {
    const words: unknown = JSON.parse(text)
    return Array.isArray(words) ? words.map(String) : null
  } catch {
    return null
  }
}

/** config.yaml, then config.yaml.d/*.yaml in the order of their names. */
function configTexts(files: Files, configFile: string): string[] {
  const more = files
    .list(`${configFile}.d`)
    .filter(({ name }) => /\.ya?ml$/.test(name))
    .map(({ name }) => `${configFile}.d/${name}`)
  return [configFile, ...more].flatMap((path) => textOf(files, path) ?? [])
}

/** `v1.34.1+k3s1` of the kubelet, or of the image's tag, which has a dash there. */
function versionOf(kubelet: string | undefined, image: string | undefined): string | undefined {
  if (kubelet?.includes('+k3s')) return kubelet
  const [, version, fork] = /:(v\d+\.\d+\.\d+)-(k3s\d+)/.exec(image ?? '') ?? []
  return version === undefined ? undefined : `${version}+${fork}`
}

/** The embedded registry is a flag of servers that counts in the whole cluster. */
async function isEmbedded(look: Look, { nodes }: K3sCluster): Promise<boolean> {
  const servers = nodes.filter((one) => one.role === 'control-plane')
  const told = await Promise.all(servers.map((one) => orNull(toldFlags(look, one.name))))
  return told.some((one) => one?.flags.embeddedRegistry === true)
}
