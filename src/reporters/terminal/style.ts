import pc from 'picocolors'
import type { ReporterOptions } from '../../model/reporter.ts'
import type { ResultStatus } from '../../model/report.ts'
import { shortened, width, wrapped } from '../layout.ts'
import { linesOf, oneLine } from '../text.ts'

type Paint = ReturnType<typeof pc.createColors>
export type Mark = ResultStatus | 'warning'

const unicodeMarks: Readonly<Record<Mark, string>> = { pass: '✓', fail: '✗', warning: '!', skip: '–', blocked: '?', error: '?' }
const asciiMarks: Readonly<Record<Mark, string>> = { pass: '+', fail: 'x', warning: '!', skip: '-', blocked: '?', error: '?' }
/** Typography of our own texts. A name in another script stays as it is: a command with a `?` in it would be a wrong command. */
const asciiOf: Readonly<Record<string, string>> = {
  '→': '->',
  '·': '-',
  '…': '...',
  '–': '-',
  '—': '-',
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
}

/** For a narrower terminal nothing is laid out: it wraps by itself. */
const narrowest = 60
/** Prose wider than this is hard to read, however wide the terminal is. */
const widestProse = 100
/** Where text stands beside a label such as `repair`. */
export const labelColumns = 12
const nearMargin = 4
/** Longest line of evidence: enough for every message of a pull, in which a reference with a digest stands four times. */
const longestLine = 960
/** Most lines of one text. A stack trace is no more telling after that, and the JSON has it all. */
const mostLines = 40

/** How this run writes: its colours, marks and widths. All text of a report goes through `line` or `lines`. */
export interface Style {
  readonly paint: Paint
  readonly marks: Readonly<Record<Mark, string>>
  readonly arrow: string
  readonly dot: string
  readonly ellipsis: string
  /** Between two numbers: from, to. */
  readonly dash: string
  readonly columns: number
  readonly verbose: boolean
  /** Whether a pod has to be told with its cluster. */
  readonly severalClusters: boolean
  /** A text of the report on one line. */
  line(text: string): string
  /** A text of the report, its lines wrapped where they are wider than `room` columns. */
  prose(text: string, room: number): string[]
  /** Words that cannot be written differently, such as commands: its lines, never wrapped. */
  verbatim(text: string): string[]
}

export function styleFor(report: { readonly clusters: readonly unknown[] }, { color, unicode, columns, verbose }: ReporterOptions): Style {
  const typed = (text: string): string => (unicode ? text : text.replace(/[→·…–—‘’“”]/g, (character) => asciiOf[character] ?? character))
  const ellipsis = typed('…')
  const short = (text: string): string => shortened(text, longestLine, ellipsis)
  return {
    paint: pc.createColors(color),
    marks: unicode ? unicodeMarks : asciiMarks,
    arrow: typed('→'),
    dot: typed('·'),
    ellipsis,
    dash: typed('–'),
    columns: Math.max(narrowest, Math.min(columns, widestProse)),
    verbose,
    severalClusters: report.clusters.length > 1,
    line: (text) => short(typed(oneLine(text))),
    prose: (text, room) => {
      const lines = linesOf(text).flatMap((line, nth) => (nth <= mostLines ? wrapped(short(typed(line)), room) : []))
      return lines.length <= mostLines ? lines : [...lines.slice(0, mostLines - 1), ellipsis]
    },
    verbatim: linesOf,
  }
}

/** Lines beside a label: `  repair    docker start kind-registry`. */
export function labelled(style: Style, label: string, lines: readonly string[]): string[] {
  const before = `  ${label}`
  return lines.map((line, nth) =>
    nth > 0 ? indented(line, labelColumns) : style.paint.dim(before) + ' '.repeat(Math.max(2, labelColumns - width(before))) + line,
  )
}

/** Prose beside a label. */
export const entry = (style: Style, label: string, text: string): string[] =>
  labelled(style, label, style.prose(text, style.columns - labelColumns))

/** Prose with a mark before its first line. */
export function marked(style: Style, mark: Mark, text: string, paint: (line: string) => string): string[] {
  return style
    .prose(text, style.columns - 2)
    .map((line, nth) => (nth === 0 ? `${paintMark(style, mark)} ${paint(line)}` : `  ${paint(line)}`))
}

export function paintMark(style: Style, mark: Mark): string {
  const { paint, marks } = style
  const color = {
    pass: paint.green,
    fail: paint.red,
    warning: paint.yellow,
    skip: paint.dim,
    blocked: paint.magenta,
    error: paint.magenta,
  }[mark]
  return color(marks[mark])
}

/** Where commands start: as preferred, or nearer to the margin where the terminal would not have to break them there. */
export function commandColumn(commands: readonly string[], preferred: number, style: Style): number {
  const widest = Math.max(0, ...commands.map(width))
  return widest > style.columns - preferred && widest <= style.columns - nearMargin ? nearMargin : preferred
}

export const indented = (line: string, by: number): string => (line === '' ? '' : ' '.repeat(by) + line)
