import { parseContainerdVersion } from '../../src/containerd/versions.ts'
import { lintFile } from '../../src/lint/lint.ts'
import type { LintedFile } from '../../src/model/lint-report.ts'

export interface Cluster {
  readonly containerd?: string
  readonly k3s?: string
}

/** What is said of a file; of its documents, where it has several. */
export function linted(path: string, text: string, { containerd, k3s }: Cluster = {}): LintedFile[] {
  const version = containerd === undefined ? undefined : parseContainerdVersion(containerd)!
  return lintFile({ path, text }, { ...(version && { containerd: version }), ...(k3s !== undefined && { k3s }) }) ?? []
}

/** `error config-path-missing 9:7`: each problem as a line of a table. */
export const verdicts = (path: string, text: string, cluster?: Cluster): string[] =>
  linted(path, text, cluster).flatMap(({ problems }) =>
    problems.map(({ severity, code, line, column }) => `${severity} ${code} ${line}:${column}`),
  )

/** The one problem that a file has. */
export function onlyProblem(path: string, text: string, cluster?: Cluster): LintedFile['problems'][number] {
  const problems = linted(path, text, cluster).flatMap((one) => one.problems)
  if (problems.length !== 1) throw new Error(`one problem expected: ${JSON.stringify(problems, null, 1)}`)
  return problems[0]!
}
