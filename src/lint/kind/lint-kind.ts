import type { ContainerdVersion } from '../../containerd/versions.ts'
import { configFaults } from '../containerd/config-faults.ts'
import { kindOfFault, misplaced, placeOfFault } from '../containerd/lint-config-toml.ts'
import { kindVersions, spreadOf, versionsFor } from '../containerd/versions.ts'
import { itemsOf, unknownKeys, valueAt } from '../known-keys.ts'
import { withRenamed, type Judgement, type LintSettings, type Place, type Problem } from '../problem.ts'
import { tomlKeys, type TomlKey } from '../toml-source.ts'
import type { YamlPath, YamlSource } from '../yaml-source.ts'
import { kindKeys } from './known-keys.ts'
import { mountProblems } from './mounts.ts'
import { patchedConfig, type KindPatches, type RefusedPatch } from './patched-config.ts'

const lists = { merge: 'containerdConfigPatches', json6902: 'containerdConfigPatchesJSON6902' } as const satisfies Record<
  keyof KindPatches,
  string
>

/** Judges the configuration of a kind cluster by the config.toml that its nodes will have. */
export function lintKind(source: YamlSource, settings: LintSettings): Judgement {
  const versions = versionsFor(settings, kindVersions)
  const judgedFor = versions.map((one) => `containerd ${one.text}`)
  const refused = [...wrongVersion(source), ...keyProblems(source), ...typeProblems(source)]
  if (refused.length > 0) return { judgedFor, problems: refused, notes: [] }
  const patches: KindPatches = { merge: texts(source, lists.merge), json6902: texts(source, lists.json6902) }
  const config = patchedConfig(patches)
  if ('refused' in config) return { judgedFor, problems: [refusedPatch(source, config)], notes: [] }
  return { judgedFor, problems: [...configProblems(source, patches, config.toml, versions), ...mountProblems(source)], notes: [] }
}

const texts = ({ value }: YamlSource, list: string): string[] => itemsOf(valueAt(value, [list])).map(String)

const invalid = (place: Place, message: string): Problem => ({ code: 'cluster-config-invalid', severity: 'error', ...place, message })

function wrongVersion(source: YamlSource): Problem[] {
  const { apiVersion, kind } = source.value as { apiVersion?: unknown; kind?: unknown }
  if (apiVersion !== 'kind.x-k8s.io/v1alpha4')
    return [
      invalid(
        source.place(['apiVersion']),
        `kind knows no apiVersion "${String(apiVersion)}", only kind.x-k8s.io/v1alpha4, and makes no cluster`,
      ),
    ]
  return kind === 'Cluster'
    ? []
    : [invalid(source.place(['kind']), `kind knows no kind "${String(kind)}", only Cluster, and makes no cluster`)]
}

function keyProblems(source: YamlSource): Problem[] {
  return unknownKeys(source.value, kindKeys).map(({ path, key, near }) => {
    const place = source.place(path)
    const elsewhere = path.length > 1 && Object.hasOwn(kindKeys.keys, key)
    if (elsewhere) return invalid(place, `kind knows the key "${key}" at the top of the file alone, not here, and makes no cluster`)
    const problem = invalid(
      place,
      `kind does not know the key "${key}" and makes no cluster${near === undefined ? '' : `; "${near}" is meant`}`,
    )
    return near === undefined ? problem : { ...problem, correction: withRenamed(source.file, place, key, near) }
  })
}

/** What is no list of texts cannot be read by kind. */
function typeProblems(source: YamlSource): Problem[] {
  return Object.values(lists).flatMap((list): Problem[] => {
    const found = valueAt(source.value, [list])
    if (found === undefined || found === null) return []
    if (!Array.isArray(found))
      return [invalid(source.place([list]), `${list} is a list of texts (\`- |-\`), and kind makes no cluster where it is something else`)]
    const wrong = found.findIndex((one) => one !== null && typeof one === 'object')
    if (wrong < 0) return []
    return [
      invalid(
        source.place([list, wrong]),
        `each item of ${list} is one text, so it begins with \`- |-\`; kind makes no cluster where it is a mapping or a list`,
      ),
    ]
  })
}

function refusedPatch(source: YamlSource, { refused, list, index, place }: RefusedPatch): Problem {
  const path: YamlPath = [lists[list], index]
  const at = (place && source.embedded(path)?.at(place)) ?? source.place(path)
  return invalid(at, `kind cannot apply this patch of containerd's configuration, and makes no cluster: ${refused}`)
}

function configProblems(source: YamlSource, patches: KindPatches, toml: string, versions: readonly ContainerdVersion[]): Problem[] {
  const keys = keysInFile(source, patches)
  const spread = spreadOf(versions, (version) => configFaults(version, toml, true), kindOfFault)
  return spread.map(({ first, severity, effects }): Problem => {
    const { code } = first
    const place = keys.length > 0 ? placeOfFault(first, keys) : source.place([patches.json6902.length > 0 ? lists.json6902 : 'kind'])
    const message = first.message + misplaced(first, keys, versions[0]!)
    const correction = corrections[code]
    return {
      code,
      severity,
      ...place,
      message,
      ...(effects.length > 0 && { effects }),
      ...(correction !== undefined && { correction: { insert: correction } }),
    }
  })
}

/** The keys of all patches with their places in the file. */
function keysInFile(source: YamlSource, { merge }: KindPatches): TomlKey[] {
  return merge.flatMap((text, index) => {
    const embedded = source.embedded([lists.merge, index])
    return tomlKeys(text).map((key) => ({ ...key, place: embedded?.at(key.place) ?? source.place([lists.merge, index]) }))
  })
}

/** kind's files are of version 2, in which every containerd honours the old name of the plugin. */
const withConfigPath = `containerdConfigPatches:
  - |-
    [plugins."io.containerd.grpc.v1.cri".registry]
      config_path = "/etc/containerd/certs.d"`

const corrections: { readonly [code: string]: string | undefined } = {
  'config-path-missing': withConfigPath,
  'config-path-list-ignored': withConfigPath,
  'mirrors-and-config-path': withConfigPath,
}
