import { pullSettingsOf, type FoundPullSettings } from '../containerd/pull-settings.ts'
import { parseContainerdVersion, type ContainerdVersion } from '../containerd/versions.ts'
import { ObservationFailure, type Look } from '../model/observation.ts'
import type { Files } from '../containerd/files.ts'
import { pullPath, type PullPath } from '../containerd/pull-path.ts'
import { containerdDirectory, k3sContainerdDirectory, nodeFiles, textOf } from './node-files.ts'

/** The containerd of a node: what it is, what it was configured with, and the files it goes by. */
export interface NodeContainerd {
  readonly version: ContainerdVersion
  readonly configFile: string
  readonly config: FoundPullSettings
  /** How it pulls, and which roots it then reads. */
  readonly path: PullPath
  /** Its connection environment: proxies. */
  readonly environment: { readonly [name: string]: string }
  readonly files: Files
  /** The paths that `files` is of. */
  readonly looked: readonly string[]
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
    const configFile = runtime.args.length > 0 ? configFileOf(runtime.args) : await configFileAtRest(look, node)
    const { environment } = runtime
    // All of k3s' directory at once: its certs.d lies there too.
    const place = configFile.startsWith(`${k3sContainerdDirectory}/`) ? k3sContainerdDirectory : configFile
    return read(look, node, { version, configFile, environment }, [containerdDirectory, place])
  })
}

/** Reads the configuration; where it leads to further directories (imports, roots), again with these. */
async function read(
  look: Look,
  node: string,
  known: Pick<NodeContainerd, 'version' | 'configFile' | 'environment'>,
  looked: readonly string[],
): Promise<NodeContainerd> {
  const { version, configFile } = known
  const files = await nodeFiles(look, node, looked)
  const imported: string[] = []
  const config = pullSettingsOf(
    version,
    configFile,
    (file) => textOf(files, file),
    (pattern) => {
      imported.push(/[*?[]/.test(pattern) ? pattern.slice(0, pattern.lastIndexOf('/')) : pattern)
      return filesMatching(files, pattern)
    },
  )
  const path = pullPath(version, config.settings)
  const roots = path.path === 'none' ? [] : path.roots
  const more = [...imported, ...roots].filter((one) => one !== '' && !looked.some((other) => `${one}/`.startsWith(`${other}/`)))
  if (more.length > 0) return read(look, node, known, [...looked, ...new Set(more)])
  return { ...known, config, path, files, looked }
}

/** Where a containerd that does not run will have its configuration: that of k3s, where the node has one. */
async function configFileAtRest(look: Look, node: string): Promise<string> {
  const ofK3s = `${k3sContainerdDirectory}/config.toml`
  return textOf(await nodeFiles(look, node, [k3sContainerdDirectory]), ofK3s) === null ? defaultConfigFile : ofK3s
}

const defaultConfigFile = `${containerdDirectory}/config.toml`

/** containerd's `--config` (short `-c`), else its default. */
function configFileOf(args: readonly string[]): string {
  const joined = args.find((arg) => /^--?config=/.test(arg))
  if (joined) return joined.slice(joined.indexOf('=') + 1)
  const flag = args.findIndex((arg) => arg === '--config' || arg === '-c' || arg === '-config')
  return args[flag + 1] && flag >= 0 ? args[flag + 1]! : defaultConfigFile
}

/** The files that match an import pattern, as far as containerd's own patterns go: `*` and `?` in the last part. */
export function filesMatching(files: Pick<Files, 'list'>, pattern: string): string[] {
  const slash = pattern.lastIndexOf('/')
  const [directory, last] = [pattern.slice(0, slash), pattern.slice(slash + 1)]
  const test = new RegExp(
    `^${last
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  )
  return files
    .list(directory)
    .filter(({ name }) => test.test(name))
    .map(({ name }) => `${directory}/${name}`)
}
