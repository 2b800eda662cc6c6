import { replaySession } from '../../engine/session.ts'
import { traceError } from '../../engine/trace/document.ts'
import { trace as traceWith } from '../../engine/trace.ts'
import type { TraceDocument } from '../../model/trace.ts'
import { traceReporters } from '../../reporters/index.ts'
import { documented } from '../documented.ts'
import { runLive } from '../live.ts'
import type { SharedOptions } from '../options.ts'
import { readBundle } from '../read-bundle.ts'
import { refuseRegistryUrl, registryUrlOf } from '../registry-url.ts'
import { bundleSelection, selectionOf } from '../selection.ts'
import { checkKubeconfig } from './check.ts'
import { whatIsAsked } from './explain.ts'

export interface TraceArguments extends Omit<SharedOptions, 'check' | 'skip' | 'failOn' | 'registry'> {
  readonly pod?: string
  readonly namespace?: string
}

/** Follows an image, or those of a pod, to what runs, and writes where it first is another. Returns the exit code. */
export function trace(image: string | undefined, options: TraceArguments, env: NodeJS.ProcessEnv): Promise<number> {
  const startedAt = new Date().toISOString()
  const mode = options.from === undefined ? 'live' : 'bundle'
  const failed = (exitCode: number, error: { code: string; message: string }): TraceDocument =>
    traceError({ startedAt, durationMs: Date.now() - Date.parse(startedAt), mode }, exitCode, error)
  return documented(options, env, traceReporters, () => traceAsAsked(image, options, env, failed), failed)
}

async function traceAsAsked(
  image: string | undefined,
  options: TraceArguments,
  env: NodeJS.ProcessEnv,
  failed: (exitCode: number, error: { code: string; message: string }) => TraceDocument,
): Promise<TraceDocument> {
  const asked = whatIsAsked(image, options)
  checkKubeconfig(options.kubeconfig)
  if (options.from !== undefined) {
    refuseRegistryUrl(options.registryUrl)
    const bundle = await readBundle(options.from)
    return traceWith(replaySession(bundle.observations).look, { selection: bundleSelection(bundle, options), asked, mode: 'bundle' })
  }
  const selection = selectionOf(options, registryUrlOf(options.registryUrl, env))
  return runLive(options, env, ({ session }) => traceWith(session.look, { selection, asked, mode: 'live' }), failed)
}
