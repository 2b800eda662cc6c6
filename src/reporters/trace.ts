import type { Reporter } from '../model/reporter.ts'
import type { ImageTrace, TraceDocument } from '../model/trace.ts'
import { groupAlike, overviewOf } from './overview.ts'
import { causeBlock, joined } from './terminal/cause.ts'
import { problem } from './terminal/problem.ts'
import { entry, styleFor, type Style } from './terminal/style.ts'
import { traceRows } from './terminal/trace-rows.ts'
import { traceVerdict } from './terminal/trace-verdict.ts'

/** For people: of each image what every place has, below it what is wrong with proof and repair, and the verdict. */
export const traceTerminal: Reporter<TraceDocument> = (document, options) => {
  const { traces, findings, rootCauses, startedAt } = document
  const clusters = [...new Set(traces.flatMap(({ places }) => places.flatMap((one) => one.cluster ?? [])))]
  const style = styleFor({ clusters }, options)
  const last = traceVerdict(document, style)
  if (options.quiet) return [{ sink: 'out', text: `${last}\n` }]

  const { causes } = overviewOf({ findings, rootCauses, symptoms: [], checks: [] })
  const lines = joined([
    runLines(document, style),
    ...traces.flatMap((trace) => [imageLines(trace, style), traceRows(trace, startedAt, style)]),
    ...groupAlike(causes, ({ finding }) => finding).map((cause) => causeBlock(cause, style)),
    problem(document, style),
    [last],
  ])
  return [{ sink: 'out', text: `${lines.map((line) => line.trimEnd()).join('\n')}\n` }]
}

function runLines({ mode, pod }: TraceDocument, style: Style): string[] {
  const where = pod?.node === undefined ? 'on no node yet' : `on ${pod.node}`
  return [
    ...(mode === 'bundle' ? entry(style, 'replay', 'of a recorded bundle: nothing on this machine was asked') : []),
    ...(pod ? entry(style, 'pod', `${pod.namespace}/${pod.name} of cluster ${pod.cluster}, ${where}`) : []),
  ]
}

function imageLines({ image, reference, registry }: ImageTrace, style: Style): string[] {
  return [
    ...entry(style, 'image', reference === image ? image : `${reference} (named ${image})`),
    ...entry(style, 'registry', registry ?? 'none of this machine'),
  ]
}
