import { docsOf } from '../model/codes.ts'
import type { FileKind, LintedFile } from '../model/lint-report.ts'
import { lintConfigToml } from './containerd/lint-config-toml.ts'
import { lintHostsToml } from './containerd/lint-hosts-toml.ts'
import { fileKindOf } from './file-kind.ts'
import { lintK3d } from './k3d/lint-k3d.ts'
import { lintRegistriesYaml } from './k3s/lint-registries-yaml.ts'
import { lintKind } from './kind/lint-kind.ts'
import { isMapping } from './known-keys.ts'
import { start, type Judgement, type LintSettings, type Place, type Problem } from './problem.ts'
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
  const all = sources.map((source) => ({ source, own: sources.length > 1 ? fileKindOf('', source.text) : kind }))
  if (sources.length === 0) return [linted({ path, text }, kind, empty(kind))]
  // Other documents of the file are not ours: they are Kubernetes objects, as a rule.
  const ours = all.filter(({ source, own }) => own !== null || source.fault !== undefined)
  return (ours.length > 0 ? ours : all).map(({ source, own }) =>
    linted(
      { path, text },
      own ?? kind,
      kind === 'registries.yaml' && source !== sources[0] ? unread(source) : judged(source, own ?? kind, settings),
    ),
  )
}

/** Nothing, or comments alone. */
function empty(kind: FileKind): Judgement {
  const nothing = 'the file has nothing in it'
  if (kind === 'registries.yaml')
    return { judgedFor: [], problems: [], notes: [`${nothing}, so every registry is asked at its default endpoint`] }
  return { judgedFor: [], problems: [unreadableFor(kind, nothing, start)], notes: [] }
}

/** Source: yaml.v2 v2.4.0, yaml.go (Unmarshal). */
function unread(source: YamlSource): Judgement {
  const message = 'k3s reads the first document of the file alone, so this one has no effect'
  const problem: Problem = { code: 'setting-without-effect', severity: 'warning', ...(source.fault?.place ?? source.place([])), message }
  return { judgedFor: [], problems: [problem], notes: [] }
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
  return fault && unreadableFor(kind, fault.message, fault.place)
}

function unreadableFor(kind: FileKind, why: string, place: Place): Problem {
  const who = kind === 'kind-config' ? 'kind' : 'k3d'
  return {
    code: 'cluster-config-invalid',
    severity: 'error',
    ...place,
    message: `${who} cannot read the file and makes no cluster: ${why}`,
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
      docs: docsOf(one.code),
    })),
    ...(notes.length > 0 && { notes: [...notes] }),
  }
}
