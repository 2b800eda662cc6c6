import type { ReportedFinding } from '../../model/finding.ts'
import { groupAlike, type Alike, type Cause } from '../overview.ts'
import { proofs } from './proof.ts'
import { repairs } from './repair.ts'
import { labelColumns, labelled, marked, type Style } from './style.ts'
import { podLines } from './symptoms.ts'
import { way } from './way.ts'

const mostConsequences = 8

/**
 * A root cause, on however many subjects, in the order in which a person in trouble asks: which pods, by what cause, where
 * the way of the image is broken and by what proof, and what repairs it.
 */
export function causeBlock(cause: Alike<Cause>, style: Style): string[] {
  return joined([
    [...headline(cause, 'fail', style), ...labelled(style, 'explains', consequences(cause, style))],
    way(
      cause.all.map(({ finding }) => finding),
      style,
    ),
    proofs(proven(cause, style), style),
    [
      ...repairs(
        cause.all.map(({ finding }) => finding),
        style,
      ),
      ...docs(cause, style),
    ],
  ])
}

/** A warning: the same, closer, and without the proof unless verbose. */
export function warningBlock(cause: Alike<Cause>, style: Style): string[] {
  return [
    ...headline(cause, 'warning', style),
    ...labelled(style, 'explains', consequences(cause, style)),
    ...(style.verbose ? proofs(proven(cause, style), style) : []),
    ...repairs(
      cause.all.map(({ finding }) => finding),
      style,
    ),
    ...docs(cause, style),
  ]
}

/** The pods that it keeps waiting, and why they wait; without pods, what is wrong. */
function headline({ first, same, all }: Alike<Cause>, mark: 'fail' | 'warning', style: Style): string[] {
  const pods = podLines([...new Set(all.flatMap(({ symptoms }) => symptoms))], mark, style)
  const room = style.columns - 2
  return [
    ...pods,
    ...(pods.length === 0
      ? marked(style, mark, text(first.finding), style.paint.bold)
      : style.prose(`because ${text(first.finding)}`, room).map((line) => `  ${style.paint.bold(line)}`)),
    ...(same === '' ? [] : style.prose(same, room).map((line) => `  ${line}`)),
  ]
}

/** The findings that the cause explains: a line of each, of alike ones one. */
function consequences({ all }: Alike<Cause>, style: Style): string[] {
  const explained = [...new Set(all.flatMap(({ explains }) => explains))]
  const items = groupAlike(explained, (finding) => finding).map(({ first, same }) => text(first) + (same === '' ? '' : ` (${same})`))
  const shown = style.verbose || items.length <= mostConsequences ? items : items.slice(0, mostConsequences - 1)
  const lines = shown.flatMap((item) =>
    style.prose(item, style.columns - labelColumns - 2).map((line, nth) => `${nth === 0 ? style.paint.dim(style.dot) : ' '} ${line}`),
  )
  return shown.length === items.length ? lines : [...lines, style.paint.dim(`${items.length - shown.length} more with --verbose`)]
}

/** Of one fault on many nodes the proof of the first is enough, unless all is asked for. */
const proven = ({ first, all }: Alike<Cause>, style: Style): ReportedFinding[] =>
  style.verbose ? all.map(({ finding }) => finding) : [first.finding]

const docs = ({ first }: Alike<Cause>, style: Style): string[] =>
  labelled(style, 'docs', style.prose(first.finding.docs, style.columns - labelColumns).map(style.paint.dim))

const text = (finding: ReportedFinding): string => finding.message || finding.title

/** Blocks with an empty line between them. */
export const joined = (blocks: readonly (readonly string[])[]): string[] =>
  blocks.filter((block) => block.length > 0).flatMap((block, nth) => (nth === 0 ? block : ['', ...block]))
