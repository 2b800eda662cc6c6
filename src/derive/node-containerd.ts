import { criRegistryConfig, type CriRegistryConfig } from '../containerd/cri-registry-config.ts'
import { parseContainerdVersion, type ContainerdVersion } from '../containerd/versions.ts'
import { ObservationFailure, type Look } from '../model/observation.ts'
import { containerdDirectory, nodeFiles, type NodeFiles } from './node-files.ts'

/** The containerd of a node: what it is, what it was configured with, and the files it goes by. */
export interface NodeContainerd {
  readonly version: ContainerdVersion
  readonly configFile: string
  readonly config: CriRegistryConfig
  readonly files: NodeFiles
}

/**
 * Looks at a running node's containerd once.
 * @throws ObservationFailure where the node cannot be asked or its version cannot be read
 */
export function nodeContainerd(look: Look, node: string): Promise<NodeContainerd> {
  return look.once(`nodeContainerd ${node}`, async () => {
    const [runtime] = await Promise.all([look('node.runtime', { node }), look('node.files', { node, path: containerdDirectory })])
    const version = parseContainerdVersion(runtime.version)
    if (!version) throw new ObservationFailure('node.runtime', 'unreadable', `${node}: no containerd version in "${runtime.version}"`)
    const configFile = configFileOf(runtime.args)
    return read(look, node, version, configFile, [containerdDirectory, configFile])
  })
}

/** Reads the configuration; where it leads to further directories (imports, roots), again with these. */
async function read(
  look: Look,
  node: string,
  version: ContainerdVersion,
  configFile: string,
  known: readonly string[],
): Promise<NodeContainerd> {
  const files = await nodeFiles(look, node, known)
  const imported: string[] = []
  const config = criRegistryConfig(version, configFile, files.text, (pattern) => {
    imported.push(/[*?[]/.test(pattern) ? pattern.slice(0, pattern.lastIndexOf('/')) : pattern)
    return matches(files, pattern)
  })
  const more = [...imported, ...config.roots].filter((path) => path !== '' && !known.some((one) => `${path}/`.startsWith(`${one}/`)))
  return more.length === 0 ? { version, configFile, config, files } : read(look, node, version, configFile, [...known, ...new Set(more)])
}

/** containerd's `--config` (short `-c`), else its default. */
function configFileOf(args: readonly string[]): string {
  const joined = args.find((arg) => /^--?config=/.test(arg))
  if (joined) return joined.slice(joined.indexOf('=') + 1)
  const flag = args.findIndex((arg) => arg === '--config' || arg === '-c' || arg === '-config')
  return args[flag + 1] && flag >= 0 ? args[flag + 1]! : '/etc/containerd/config.toml'
}

function matches(files: NodeFiles, pattern: string): string[] {
  const slash = pattern.lastIndexOf('/')
  const [directory, last] = [pattern.slice(0, slash), pattern.slice(slash + 1)]
  const test = new RegExp(
    `^${last
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  )
  return files
    .names(directory)
    .filter((name) => test.test(name))
    .map((name) => `${directory}/${name}`)
}
