import type { ReporterEntry } from '../reporters/index.ts'
import { tellFault } from './fault.ts'
import type { SharedOptions } from './options.ts'
import { checkTargets, writeDocument } from './output.ts'
import { usageOf } from './usage-error.ts'

/**
 * Runs a command and writes its document on every exit path: whoever waits for a file learns that there is no judgement.
 * Returns the exit code.
 * @param failed the document of a run that could not start
 */
export async function documented<Document extends { readonly exitCode: number }>(
  options: Pick<SharedOptions, 'output' | 'color' | 'quiet' | 'verbose'>,
  env: NodeJS.ProcessEnv,
  formats: readonly ReporterEntry<Document>[],
  work: () => Promise<Document>,
  failed: (exitCode: number, error: { code: string; message: string }) => Document,
): Promise<number> {
  checkTargets(options.output)
  let document: Document
  try {
    document = await work()
  } catch (error) {
    const usage = usageOf(error)
    document = usage ? failed(2, usage) : failed(3, { code: 'fault', message: tellFault(error) })
    if (usage) {
      const files = options.output.filter((one) => one.file !== undefined)
      if (files.length > 0) await writeDocument(document, formats, files, options, env)
      throw error
    }
  }
  await writeDocument(document, formats, options.output, options, env)
  return document.exitCode
}
