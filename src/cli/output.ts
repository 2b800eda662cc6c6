import type { Report } from '../model/report.ts'
import type { ReporterOptions } from '../model/reporter.ts'
import { whyNotWritable, writeWhole } from '../ports/files.ts'
import { reporters, type ReporterEntry } from '../reporters/index.ts'
import type { OutputTarget, SharedOptions } from './options.ts'
import { UsageError } from './usage-error.ts'

/** Refuses files that could not be written, before anything is examined. */
export function checkTargets(targets: readonly OutputTarget[]): void {
  for (const { format, file } of targets) {
    const why = file === undefined ? null : whyNotWritable(file)
    if (why !== null) throw new UsageError(`cannot write ${format} to ${file}: ${why}`)
  }
}

type Look = Pick<SharedOptions, 'color' | 'quiet' | 'verbose'>

/** Renders a report in every format that was asked for, each to its place. Terminal on standard output where none was. */
export const writeReport = (report: Report, targets: readonly OutputTarget[], look: Look, env: NodeJS.ProcessEnv): Promise<void> =>
  writeDocument(report, reporters, targets, look, env)

/** The same for any kind of document, with the formats that it has. */
export async function writeDocument<Document>(
  document: Document,
  formats: readonly ReporterEntry<Document>[],
  targets: readonly OutputTarget[],
  look: Look,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const wanted = targets.length === 0 ? [{ format: 'terminal' } as OutputTarget] : targets
  await Promise.all(
    wanted.map(async ({ format, file }) => {
      const render = await formats.find((one) => one.name === format)!.load()
      const outputs = render(document, reporterOptions(look, file !== undefined, env))
      const text = outputs
        .filter((one) => one.sink === 'out')
        .map((one) => one.text)
        .join('')
      for (const { sink, text: note } of outputs) if (sink === 'annotations') process.stderr.write(note)
      if (file === undefined) return writeOut(text)
      return writeWhole(file, text).catch((error: unknown) => {
        throw new UsageError(`cannot write ${format} to ${file}: ${(error as Error).message}`)
      })
    }),
  )
}

export function reporterOptions({ color, quiet, verbose }: Look, toFile: boolean, env: NodeJS.ProcessEnv): ReporterOptions {
  // Undefined in a pipe, which the colour library would take as a question of its own.
  const isTTY = process.stdout.isTTY as boolean | undefined
  const terminal = (isTTY ?? false) && !toFile
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0'
  const automatic = env['NO_COLOR'] ? false : forced || (terminal && env['TERM'] !== 'dumb')
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || ''
  return {
    color: color === 'always' || (color === 'auto' && automatic && !toFile),
    unicode: process.platform === 'win32' ? terminal : /utf-?8/i.test(locale),
    columns: (terminal && process.stdout.columns) || 80,
    verbose: verbose ?? false,
    quiet: quiet ?? false,
  }
}

/** Ends when the text is out: exiting earlier would cut it off in a pipe. */
export function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      // The reader of a pipe may leave early (`| head`); that is no fault.
      if (error && (error as NodeJS.ErrnoException).code !== 'EPIPE') reject(error)
      else resolve()
    })
  })
}
