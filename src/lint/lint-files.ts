import { parseContainerdVersion } from '../containerd/versions.ts'
import { SelectionError } from '../discover/options.ts'
import { fileKinds, type LintReport } from '../model/lint-report.ts'
import type { Severity } from '../model/words.ts'
import { k3sVersionOf } from './k3s/versions.ts'
import { lintFile, type FileToLint } from './lint.ts'
import type { LintSettings } from './problem.ts'
import { lintReport } from './report.ts'

export interface LintOptions {
  /** `2.1.4`; default: the image or k3s version that a file names, else what is usual. */
  readonly containerdVersion?: string
  /** `v1.34.1+k3s1`; default: that of the image that a k3d configuration names, else the newest that is known. */
  readonly k3sVersion?: string
  /** From which severity on `exitCode` is 1; default: error. */
  readonly failOn?: Severity
}

/**
 * Says of files what will go wrong before a cluster exists. Asks nobody.
 * @param redact replaces secrets in what is quoted from the files
 * @throws SelectionError where a version is none, or a file cannot be told to be one of those that are known
 */
export function lintFiles(files: readonly FileToLint[], options: LintOptions, redact: <T>(value: T) => T): LintReport {
  const [startedAt, started] = [new Date().toISOString(), performance.now()]
  const settings = settingsOf(options)
  const linted = files.flatMap((file) => {
    const found = lintFile(file, settings)
    if (found) return found
    throw new SelectionError(
      `${file.path}: neither its content nor its name tells what it is; files that are known: ${fileKinds.join(', ')}`,
    )
  })
  const run = { startedAt, durationMs: Math.round(performance.now() - started) }
  return redact(lintReport(run, linted, options.failOn ?? 'error'))
}

function settingsOf({ containerdVersion, k3sVersion }: LintOptions): LintSettings {
  const containerd = containerdVersion === undefined ? undefined : parseContainerdVersion(containerdVersion)
  if (containerd === null) throw new SelectionError(`"${containerdVersion}" is no version of containerd: a version is like 2.1.4`)
  const k3s = k3sVersion === undefined ? undefined : k3sVersionOf(k3sVersion)
  if (k3s === null) throw new SelectionError(`"${k3sVersion}" is no version of k3s: a version is like v1.34.1+k3s1`)
  return { ...(containerd && { containerd }), ...(k3s !== undefined && { k3s }) }
}
