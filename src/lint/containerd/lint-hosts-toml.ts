import { registryHostOf } from '../../containerd/host-directory.ts'
import type { ContainerdVersion } from '../../containerd/versions.ts'
import { linesOfText, start, withReplaced, type Judgement, type LintSettings, type Place, type Problem } from '../problem.ts'
import { tomlKeys, type TomlKey } from '../toml-source.ts'
import { hostsTomlFaults, type HostsTomlFault } from './hosts-toml-faults.ts'
import { hostsTomlKeys } from './hosts-toml-keys.ts'
import { anyVersions, spreadOf, versionsFor } from './versions.ts'

/** Judges a hosts.toml. The folder in which it lies says for which registry host it is. */
export function lintHostsToml(path: string, text: string, settings: LintSettings): Judgement {
  const versions = versionsFor(settings, anyVersions)
  const keys = tomlKeys(text)
  const registryHost = registryHostIn(path)
  const faultsOf = (version: ContainerdVersion): HostsTomlFault[] => hostsTomlFaults(registryHost, text, keys, version)
  const spread = spreadOf(versions, faultsOf, ({ code, about }) => `${code} ${about}`)
  const problems = spread.map(({ first, severity, effects }): Problem => {
    const place = first.place ?? keys.find((one) => first.about !== '' && one.path.includes(first.about))?.place ?? start
    const { code, message, correct } = first
    const correction = correct === undefined ? undefined : correctionOf(text, place, correct)
    return { code, severity, ...place, message, ...(effects.length > 0 && { effects }), ...(correction && { correction }) }
  })
  const notes = registryHost === null ? ['for which registry host it is cannot be told: the folder that it lies in has no name of one'] : []
  return { judgedFor: versions.map((one) => `containerd ${one.text}`), problems: [...problems, ...unknownKeys(text, keys)], notes }
}

function correctionOf(text: string, place: Place, [before, after]: readonly [string, string]): Problem['correction'] {
  if (before === '') return { insert: after }
  return linesOfText(text, place.line).includes(before) ? withReplaced(text, place, before, after) : undefined
}

/** The registry host of the folder; null where it is none, or that of every host. */
function registryHostIn(path: string): string | null {
  const folder = path.split('/').at(-2) ?? ''
  return /[:.]|_\d+_$|^localhost$/.test(folder) && !/^\.+$/.test(folder) ? registryHostOf(folder) : null
}

function unknownKeys(text: string, keys: readonly TomlKey[]): Problem[] {
  const told = new Set<string>()
  return keys.flatMap(({ path, place }): Problem[] => {
    const unknown = hostsTomlKeys(path)
    if (unknown === null || told.has(unknown.path)) return []
    told.add(unknown.path)
    const meant = unknown.near === undefined ? '' : `; "${unknown.near}" is meant`
    const message = `containerd does not know the key "${unknown.key}" and passes over it in silence${meant}`
    const correction = unknown.near === undefined ? {} : { correction: withReplaced(text, place, unknown.key, unknown.near) }
    return [{ code: 'unknown-key', severity: 'warning', ...place, message, ...correction }]
  })
}
