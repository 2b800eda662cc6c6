import type { Judgement, LintSettings } from '../problem.ts'
import type { YamlSource } from '../yaml-source.ts'
import { registriesProblems } from './judge-registries.ts'
import { containerdOf, newestContainerd } from './versions.ts'

/** Judges the registries.yaml of a k3s node. */
export function lintRegistriesYaml(source: YamlSource, settings: LintSettings): Judgement {
  const { k3s } = settings
  const containerd = settings.containerd ?? (k3s === undefined ? newestContainerd : containerdOf(k3s))
  const use = { text: source.text, containerd, flag: false, k3dRegistries: [], throughK3d: false }
  const problems = registriesProblems(source, { ...use, ...(k3s !== undefined && { k3sVersion: k3s }) })
  return { judgedFor: judgedFor(k3s, containerd.text), problems, notes: [] }
}

export const judgedFor = (k3s: string | undefined, containerd: string): string[] => [
  `k3s ${k3s ?? '(the newest that is known)'} with containerd ${containerd}`,
]
