import type { ContainerdVersion } from '../../containerd/versions.ts'
import { readRegistriesYaml, type UnknownKey as KeyOfK3s } from '../../k3s/registries-yaml.ts'
import { renderRegistries } from '../../k3s/render.ts'
import { unknownKeys, valueAt, type UnknownKey } from '../known-keys.ts'
import { linesOfText, start, type Place, type Problem } from '../problem.ts'
import type { YamlPath, YamlSource } from '../yaml-source.ts'
import { configProblems } from './config-problems.ts'
import { planBy, type RegistriesContext } from './context.ts'
import { keysOfK3d } from './known-keys.ts'
import { mirrorProblems } from './mirror-problems.ts'
import { typeFaults } from './type-faults.ts'
import { unknownKeyProblems } from './unknown-key-problems.ts'

/** How a registries.yaml comes to k3s. */
export interface RegistriesUse {
  /** What k3s finds on its node. */
  readonly text: string
  readonly containerd: ContainerdVersion
  readonly k3sVersion?: string
  /** Whether k3s is given --disable-default-registry-endpoint. */
  readonly flag: boolean
  readonly k3dRegistries: readonly string[]
  readonly throughK3d: boolean
}

/** Judges a registries.yaml by the plans that k3s' hosts.toml files make. */
export function registriesProblems(source: YamlSource, use: RegistriesUse): Problem[] {
  const { text, containerd, k3sVersion, flag, throughK3d } = use
  const read = readRegistriesYaml(text)
  if (read.kind === 'refused') return [refused(source, read.reason, throughK3d, read.place && source.at(read.place))]
  const rendered = renderRegistries(read, { disableDefaultRegistryEndpoint: flag, ...(k3sVersion !== undefined && { k3sVersion }) })
  if (rendered.kind === 'refused') return [refused(source, rendered.reason, throughK3d)]
  const context: RegistriesContext = { ...use, source, registries: read, plan: planBy(rendered, containerd) }
  const unknown = throughK3d ? unknownKeys(source.value, keysOfK3d).filter(notInCapitals) : read.unknownKeys.map(named)
  return [...unknownKeyProblems(context, unknown), ...mirrorProblems(context), ...configProblems(context)]
}

const named = ({ path, near }: KeyOfK3s): UnknownKey => ({ path, key: path.at(-1) ?? '', ...(near !== undefined && { near }) })

/** k3d takes keys in any case. Source: sigs.k8s.io/yaml v1.4.0, over encoding/json. */
const notInCapitals = ({ key, near }: UnknownKey): boolean => key.toLowerCase() !== near

/** A text with which k3s does not start, or k3d makes no cluster, at the place that is to blame. */
export function refused(source: YamlSource, reason: string, throughK3d: boolean, known?: Place | null): Problem {
  const [fault] = source.fault ? [] : typeFaults(source.value)
  const place = fault ? source.place(fault.path) : (known ?? source.fault?.place ?? start)
  const why = fault ? `${fault.message} (${reason})` : reason
  const message = throughK3d ? `k3d cannot read this, and makes no cluster: ${why}` : `k3s does not start with this: ${why}`
  const correction = fault ? asList(source, fault.path, place) : undefined
  return { code: 'registries-yaml-invalid', severity: 'error', ...place, message, ...(correction && { correction }) }
}

/** The usual one: an endpoint that is a text. */
function asList(source: YamlSource, path: YamlPath, { line }: Place): Problem['correction'] {
  const value = valueAt(source.value, path)
  if (path.at(-1) !== 'endpoint' || typeof value !== 'string') return undefined
  const old = linesOfText(source.file, line)
  if (!/^\s*endpoint\s*:/.test(old)) return undefined
  const indent = /^\s*/.exec(old)![0]
  return { remove: old, insert: `${indent}endpoint:\n${indent}  - ${JSON.stringify(value)}` }
}
