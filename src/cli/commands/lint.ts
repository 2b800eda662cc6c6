import { lintFiles } from '../../lint/lint-files.ts'
import type { FileToLint } from '../../lint/lint.ts'
import { lintError } from '../../lint/report.ts'
import type { LintReport } from '../../model/lint-report.ts'
import { readBytes } from '../../ports/files-input.ts'
import { machineKey } from '../../ports/files.ts'
import { createRedactor } from '../../redact/redact.ts'
import { lintReporters } from '../../reporters/lint-reporters.ts'
import { documented } from '../documented.ts'
import type { SharedOptions } from '../options.ts'
import { UsageError } from '../usage-error.ts'

export interface LintArguments extends Pick<SharedOptions, 'output' | 'color' | 'quiet' | 'verbose' | 'failOn'> {
  readonly containerdVersion?: string
  readonly k3sVersion?: string
}

/** Says of files what will go wrong before a cluster exists, and writes it. Returns the exit code. */
export function lint(paths: readonly string[], options: LintArguments, env: NodeJS.ProcessEnv): Promise<number> {
  const startedAt = new Date().toISOString()
  const failed = (exitCode: number, error: { code: string; message: string }): LintReport =>
    lintError({ startedAt, durationMs: Date.now() - Date.parse(startedAt) }, exitCode, error)
  return documented(options, env, lintReporters, () => lintGiven(paths, options, env), failed)
}

async function lintGiven(paths: readonly string[], options: LintArguments, env: NodeJS.ProcessEnv): Promise<LintReport> {
  const twice = paths.find((path, index) => paths.indexOf(path) < index)
  if (twice !== undefined) throw new UsageError(`${twice} is named twice`)
  const files = await Promise.all(paths.map(read))
  return lintFiles(files, options, createRedactor(await machineKey(env)))
}

/** Far more than any of these files has. */
const mostBytes = 4 * 1_048_576

async function read(path: string): Promise<FileToLint> {
  const bytes = await readBytes(path, mostBytes).catch((error: unknown) => {
    const { code = '', message } = error as { code?: string; message: string }
    throw new UsageError(`cannot read ${path}: ${reasons[code] ?? message}`)
  })
  return { path, text: Buffer.from(bytes).toString('utf8') }
}

const reasons: { readonly [code: string]: string } = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be read',
  'too-large': 'it is larger than any configuration',
}
