import { stringify } from 'yaml'
import { refused } from '../k3s/judge-registries.ts'
import { typeFaults } from '../k3s/type-faults.ts'
import { entriesOf, isMapping, valueAt } from '../known-keys.ts'
import type { Problem } from '../problem.ts'
import { embeddedYaml, type YamlSource } from '../yaml-source.ts'
import { throughK3d } from './registries.ts'

export interface RegistriesConfig {
  /** The text inside the configuration; absent where there is none, or it is a file of its own. */
  readonly source?: YamlSource
  /** What k3s finds on its nodes. */
  readonly text?: string
  readonly problems: readonly Problem[]
  readonly notes: readonly string[]
  /** Registry hosts that have mirrors. */
  readonly hosts: readonly string[]
}

const path = ['registries', 'config'] as const

/**
 * The registries.yaml that k3d makes of registries.config and of its own registries: what the user says wins.
 * Source: k3d v5.8.3, pkg/config/transform.go, pkg/client/registry.go (RegistryMergeConfig).
 */
export function registriesConfig(source: YamlSource, k3dMirrors: { readonly [registryHost: string]: unknown }): RegistriesConfig {
  const given = valueAt(source.value, path)
  const hosts = Object.keys(k3dMirrors)
  if (typeof given !== 'string' || given === '') return { problems: [], notes: [], hosts }
  if (!given.includes('\n'))
    return { problems: [], notes: [`${given} was not read: it is a file of its own, to be linted by itself`], hosts }
  const embedded = source.embedded(path)
  const inner = embedded && embeddedYaml(source.file, embedded)
  if (!inner) return { problems: [], notes: [], hosts }
  if (inner.fault) return { problems: [refused(inner, inner.fault.message, true)], notes: [], hosts }
  const [fault] = typeFaults(throughK3d(inner.value))
  if (fault) return { problems: [refused(inner, 'k3d takes no other type', true)], notes: [], hosts }
  const value = merged(throughK3d(inner.value), k3dMirrors)
  return {
    source: inner,
    text: stringify(value),
    problems: [],
    notes: [],
    hosts: entriesOf(valueAt(value, ['mirrors'])).map(([key]) => key),
  }
}

function merged(value: unknown, k3dMirrors: { readonly [registryHost: string]: unknown }): unknown {
  const own = isMapping(value) ? value : {}
  return { ...own, mirrors: { ...k3dMirrors, ...(isMapping(own['mirrors']) ? own['mirrors'] : {}) } }
}
