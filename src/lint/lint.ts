import { docsOf, isCode } from '../model/codes.ts'
import type { FileKind, LintedFile } from '../model/lint-report.ts'
import { lintConfigToml } from './containerd/lint-config-toml.ts'
import { lintHostsToml } from './containerd/lint-hosts-toml.ts'
import { fileKindOf } from './file-kind.ts'
import { lintK3d } from './k3d/lint-k3d.ts'
import { lintRegistriesYaml } from './k3s/lint-registries-yaml.ts'
import { lintKind } from './kind/lint-kind.ts'
import { isMapping } from './known-keys.ts'
import type { Judgement, LintSettings, Problem } from './problem.ts'
import { yamlSources, type YamlSource } from './yaml-source.ts'

export interface FileToLint {
  readonly path: string
  readonly text: string
}

/**
 * Says of the configuration of a cluster, of k3s or of containerd what will go wrong with it. Pure; never throws.
 * @returns an entry per YAML document; null where it is none of these files
 */
export function lintFile({ path, text }: FileToLint, settings: LintSettings): LintedFile[] | null {
  const kind = fileKindOf(path, text)
  if (kind === null) return null
  if (kind === 'hosts.toml') return [linted({ path, text }, kind, lintHostsToml(path, text, settings))]
  if (kind === 'config.toml') return [linted({ path, text }, kind, lintConfigToml(text, settings))]
  const sources = yamlSources(text.replace(/^\uFEFF/, ''), kind === 'kind-config' ? 'yaml.v3' : 'yaml.v2')
  const all = sources.map((source) => ({ source, own: (sources.length > 1 ? fileKindOf('', source.text) : null) ?? kind }))
  // Other documents of the file are not ours: they are Kubernetes objects, as a rule.
  const ours = all.filter(({ source }) => sources.length === 1 || source.fault !== undefined || fileKindOf('', source.text) !== null)
  return (ours.length > 0 ? ours : all).map(({ source, own }) => linted({ path, text }, own, judged(source, own, settings)))
}

function judged(source: YamlSource, kind: FileKind, settings: LintSettings): Judgement {
  if (kind === 'registries.yaml') return lintRegistriesYaml(source, settings)
  const problem = unreadable(source, kind)
  if (problem) return { judgedFor: [], problems: [problem], notes: [] }
  return kind === 'kind-config' ? lintKind(source, settings) : lintK3d(source, settings)
}

/** What is no YAML, or no mapping: neither kind nor k3d takes it. */
function unreadable(source: YamlSource, kind: FileKind): Problem | null {
  const fault = source.fault ?? (isMapping(source.value) ? null : { message: 'the file is no mapping', place: source.place([]) })
  if (!fault) return null
  const who = kind === 'kind-config' ? 'kind' : 'k3d'
  return {
    code: 'cluster-config-invalid',
    severity: 'error',
    ...fault.place,
    message: `${who} cannot read the file and makes no cluster: ${fault.message}`,
  }
}

function linted({ path, text }: FileToLint, fileKind: FileKind, { judgedFor, problems, notes }: Judgement): LintedFile {
  // Some readers place what lacks behind the end of the file.
  const lastLine = text.split('\n').length
  const ordered = problems.toSorted((a, b) => a.line - b.line || a.column - b.column)
  return {
    path,
    fileKind,
    judgedFor: [...judgedFor],
    problems: ordered.map(({ effects, ...one }) => ({
      ...one,
      line: Math.min(one.line, lastLine),
      ...(effects && { effects: [...effects] }),
      ...(isCode(one.code) && { docs: docsOf(one.code) }),
    })),
    ...(notes.length > 0 && { notes: [...notes] }),
  }
}
