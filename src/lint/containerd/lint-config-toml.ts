import { newestConfigVersion } from '../../containerd/config-files.ts'
import { setConfigPath } from '../../containerd/set-config-path.ts'
import type { ContainerdVersion } from '../../containerd/versions.ts'
import { linesOfText, start, type Judgement, type LintSettings, type Place, type Problem } from '../problem.ts'
import { tomlFault, tomlKeys, type TomlKey } from '../toml-source.ts'
import { configFaults, settingsOf, type ConfigFault } from './config-faults.ts'
import { anyVersions, spreadOf, versionsFor } from './versions.ts'

const certsD = '/etc/containerd/certs.d'

/** Judges containerd's own config.toml. */
export function lintConfigToml(text: string, settings: LintSettings): Judgement {
  const keys = tomlKeys(text)
  const versions = versionsFor(settings, readersOf(keys))
  const judgedFor = versions.map((one) => `containerd ${one.text}`)
  const broken = tomlFault(text.replace(/^\uFEFF/, ''))
  if (broken) {
    const message = `containerd does not start with this file, which is no TOML: ${broken.message}`
    return { judgedFor, problems: [{ code: 'cri-not-available', severity: 'error', ...broken.place, message }], notes: [] }
  }
  const certsDMatters = keys.some(({ path }) => path.includes('registry'))
  const spread = spreadOf(versions, (version) => configFaults(version, text, certsDMatters), kindOfFault)
  const problems = spread.map(({ first, severity, effects }): Problem => {
    const place = placeOfFault(first, keys)
    const correction = correctionOf(first, text, versions)
    return {
      code: first.code,
      severity,
      ...place,
      message: first.message + misplaced(first, keys, versions[0]!),
      ...(effects.length > 0 && { effects }),
      ...(correction && { correction }),
    }
  })
  const imports = keys.some(({ path }) => path.length === 1 && path[0] === 'imports')
  return { judgedFor, problems, notes: imports ? ['what the file imports was not read'] : [] }
}

/** A file says by its version for which containerd it was written. */
function readersOf(keys: readonly TomlKey[]): readonly ContainerdVersion[] {
  const version = keys.find(({ path }) => path.length === 1 && path[0] === 'version')?.value
  const readers = anyVersions.filter((one) => Number(version ?? 0) <= newestConfigVersion(one))
  return readers.length > 0 ? readers : anyVersions
}

export const kindOfFault = ({ code, about }: ConfigFault): string => `${code} ${about}`

/** Where the setting stands, else the table of the registry, else the beginning. */
export function placeOfFault({ about }: ConfigFault, keys: readonly TomlKey[]): Place {
  const named = keys.find(({ path }) => path.at(-1) === about) ?? keys.find(({ path }) => path.includes(about))
  return (named ?? keys.find(({ path }) => path.at(-1) === 'registry'))?.place ?? start
}

/** A config_path that stands where this containerd does not look for it. */
export function misplaced({ code }: ConfigFault, keys: readonly TomlKey[], version: ContainerdVersion): string {
  const set = keys.find(({ path, value }) => path[0] === 'plugins' && path.at(-1) === 'config_path' && value !== '')
  if (code !== 'config-path-missing' || !set) return ''
  const right = version.major < 2 ? 'plugins."io.containerd.grpc.v1.cri".registry' : `plugins."io.containerd.cri.v1.images".registry`
  return `. What stands in plugins."${set.path[1]}" is passed over by containerd ${version.text}; with this version of the file it looks in ${right}`
}

function correctionOf(fault: ConfigFault, text: string, versions: readonly ContainerdVersion[]): Problem['correction'] {
  if (!['config-path-missing', 'config-path-list-ignored', 'mirrors-and-config-path'].includes(fault.code)) return undefined
  const concerned = versions.find((version) => configFaults(version, text, true).some((one) => one.code === fault.code)) ?? versions[0]!
  const { configPath = '' } = settingsOf(concerned, text).settings
  const wanted = configPath.split(':').find(Boolean) ?? certsD
  const edited = setConfigPath(text, concerned, wanted, fault.code === 'mirrors-and-config-path')
  return edited === null ? undefined : changedLines(text, edited)
}

/** The lines in which two texts differ: from the first that is not the same to the last. */
function changedLines(before: string, after: string): Problem['correction'] {
  const [old, fresh] = [before.split('\n'), after.split('\n')]
  let [first, tail] = [0, 0]
  while (first < Math.min(old.length, fresh.length) && old[first] === fresh[first]) first++
  while (tail < Math.min(old.length, fresh.length) - first && old.at(-1 - tail) === fresh.at(-1 - tail)) tail++
  const [remove, insert] = [linesOfText(before, first + 1, old.length - tail), linesOfText(after, first + 1, fresh.length - tail)]
  return { ...(remove !== '' && { remove }), ...(insert.trim() !== '' && { insert: insert.replace(/^\n+|\n+$/g, '') }) }
}
