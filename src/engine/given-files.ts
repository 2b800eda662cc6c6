import { filesOf, type Files } from '../containerd/files.ts'
import { pullPath } from '../containerd/pull-path.ts'
import { pullSettingsOf, type FoundPullSettings } from '../containerd/pull-settings.ts'
import { parseContainerdVersion, type ContainerdVersion } from '../containerd/versions.ts'
import { filesMatching } from '../derive/node-containerd.ts'
import { SelectionError } from '../discover/options.ts'
import type { FileTree } from '../model/observation.ts'
import type { LocalFiles } from '../observe/local-files.ts'

/** Files of a node that lie on this machine. */
export interface FilesToExplain {
  /** The directory that stands for the first root of config_path. */
  readonly certsD: string
  /** containerd's configuration; its folder stands for /etc/containerd. Without one, config_path is /etc/containerd/certs.d. */
  readonly configToml?: string
  /** `2.1.4`, `v2.1.4`, `containerd://2.1.5-k3s1`. */
  readonly containerdVersion: string
}

/** The same, read. */
export interface GivenFiles {
  readonly version: ContainerdVersion
  readonly config: FoundPullSettings
  readonly files: Files
  /** What of the node was not given and what is assumed of it, and what of the files is not used. */
  readonly notes: readonly string[]
}

const nodeFolder = '/etc/containerd'
const usualRoot = `${nodeFolder}/certs.d`

/**
 * Reads files as if they lay in a node.
 * @throws SelectionError where the version is none, or a directory or file cannot be read
 */
export async function readGivenFiles({ certsD, configToml, containerdVersion }: FilesToExplain, local: LocalFiles): Promise<GivenFiles> {
  const version = parseContainerdVersion(containerdVersion)
  if (!version) throw new SelectionError(`"${containerdVersion}" is no version of containerd: a version is like 2.1.4`)
  const tree = await told('the directory', certsD, local.tree(certsD, usualRoot))
  const { config, notes } = configToml === undefined ? { config: usual, notes: [] } : await readConfig(version, configToml, local)
  const read = roots(version, config)
  const unused = read.length === 0 ? [`${certsD} is not read: ${configToml} sets no config_path`] : []
  const stands = `${certsD} stands for ${read[0] ?? usualRoot} of the node`
  return { version, config, files: placed(tree, read), notes: [...(unused.length > 0 ? unused : [stands]), ...notes] }
}

const usual: FoundPullSettings = { settings: { configPath: usualRoot }, sources: {}, files: [], unreadable: [] }

function roots(version: ContainerdVersion, { settings }: FoundPullSettings): readonly string[] {
  const path = pullPath(version, settings)
  return path.path === 'none' ? [] : path.roots
}

/** The directory stands for the first root; the others are taken to be empty. */
function placed(tree: FileTree, [first = usualRoot, ...others]: readonly string[]): Files {
  // A list that is taken for one name is no directory anywhere.
  const at = first.includes(':') ? usualRoot : first.replace(/(.)\/+$/, '$1')
  const entries = Object.entries(tree.entries).map(([path, entry]) => [at + path.slice(usualRoot.length), entry] as const)
  return filesOf([
    { path: at, answer: { entries: Object.fromEntries(entries) } },
    ...[first, ...others].filter((root) => root !== at).map((path) => ({ path, answer: { absent: true as const } })),
  ])
}

/** Reads a configuration and, as far as they lie beside it, its imports. */
async function readConfig(
  version: ContainerdVersion,
  configToml: string,
  local: LocalFiles,
): Promise<{ config: FoundPullSettings; notes: readonly string[] }> {
  const slash = configToml.lastIndexOf('/')
  const main = `${nodeFolder}/${configToml.slice(slash + 1)}`
  const folder = slash < 0 ? '.' : configToml.slice(0, slash)
  const here = (path: string): string | null => (path.startsWith(`${nodeFolder}/`) ? folder + path.slice(nodeFolder.length) : null)
  const entry = await told('the configuration', configToml, local.file(configToml))
  if (entry?.type !== 'file' || entry.text === undefined)
    throw new SelectionError(`cannot read the configuration ${configToml}: ${entry === null ? reasons['ENOENT'] : 'it is no text'}`)

  const texts = new Map<string, string | null>([[main, entry.text]])
  const names = new Map<string, readonly string[]>()
  const notes = new Set<string>()
  for (;;) {
    const missing: (() => Promise<void>)[] = []
    const text = (path: string): string | null => {
      if (!texts.has(path)) missing.push(async () => void texts.set(path, await textAt(here(path), local)))
      return texts.get(path) ?? null
    }
    const list = (pattern: string): string[] => {
      const directory = pattern.slice(0, pattern.lastIndexOf('/'))
      const known = names.get(directory)
      const path = here(`${directory}/`)
      if (path === null) notes.add(`${pattern} of the node: its imports are taken to be none`)
      else if (!known) missing.push(async () => void names.set(directory, await told('the directory', path, local.names(path))))
      return filesMatching({ list: () => (known ?? []).map((name) => ({ name, type: 'file' })) }, pattern)
    }
    const config = pullSettingsOf(version, main, text, list)
    if (missing.length === 0) return { config, notes: [...notes] }
    await Promise.all(missing.map((read) => read()))
  }
}

async function textAt(path: string | null, local: LocalFiles): Promise<string | null> {
  if (path === null) return null
  const entry = await told('the file', path, local.file(path))
  return entry?.type === 'file' ? (entry.text ?? null) : null
}

const reasons: { readonly [code: string]: string } = {
  ENOENT: 'there is no such file or directory',
  ENOTDIR: 'it is no directory',
  EISDIR: 'it is a directory',
  EACCES: 'it may not be read',
  ELOOP: 'its links lead in a circle',
  'too-large': 'there is more in it than any certs.d has',
}

/** Says of what cannot be read in one line what and why. */
async function told<T>(what: string, path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    const { code = '', path: at = path } = error as { code?: string; path?: string }
    throw new SelectionError(`cannot read ${at === path ? `${what} ${path}` : at}: ${reasons[code] ?? (error as Error).message}`)
  }
}
