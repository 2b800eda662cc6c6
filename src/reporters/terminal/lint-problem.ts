import type { LintedFile } from '../../model/lint-report.ts'
import { width } from '../layout.ts'
import { entry, indented, marked, type Style } from './style.ts'

type LintProblem = LintedFile['problems'][number]

/** `FILE:LINE:COLUMN: error CODE message`, as editors find it, then what comes of it by version and the correction. */
export function lintProblem(path: string, problem: LintProblem, style: Style): string[] {
  const { severity, effects = [], docs } = problem
  const mark = severity === 'error' ? 'fail' : 'warning'
  const told = effects.flatMap(({ on, what }) => marked(style, what === 'works' ? 'pass' : mark, `${on}: ${what}`, (one) => one))
  return [
    ...headLines(path, problem, style),
    ...told.map((line) => indented(line, 2)),
    ...correctionLines(problem, style),
    ...(docs === undefined ? [] : entry(style, 'docs', docs)),
  ]
}

function headLines(path: string, { severity, code, line, column, message }: LintProblem, style: Style): string[] {
  const { paint } = style
  const place = style.line(`${path === '-' ? '(standard input)' : path}:${line}:${column}:`)
  // A path with spaces in it must not be broken.
  const stand = 'x'.repeat(width(place))
  const color = severity === 'error' ? paint.red : paint.yellow
  const [first = '', second = '', ...rest] = style.prose(`${stand} ${severity} ${code} ${message}`, style.columns - 2)
  const alone = first === stand
  const painted = (text: string): string => color(severity) + text.slice(severity.length)
  const head = paint.bold(place) + (alone ? '' : ` ${painted(first.slice(stand.length + 1))}`)
  return [head, ...(second === '' ? [] : [indented(alone ? painted(second) : second, 2)]), ...rest.map((one) => indented(one, 2))]
}

/** Lines to take out and to write: marked where there are both, else as they can be pasted. */
function correctionLines({ correction }: LintProblem, style: Style): string[] {
  if (!correction) return []
  const { paint } = style
  const [out, into] = [style.verbatim(correction.remove ?? ''), style.verbatim(correction.insert ?? '')]
  if (out.length === 0) return [paint.dim('  write'), ...into.map((line) => indented(paint.cyan(line), 4))]
  return [
    paint.dim('  change'),
    ...out.map((line) => indented(paint.red(`- ${line}`), 4)),
    ...into.map((line) => indented(paint.green(`+ ${line}`), 4)),
  ]
}
