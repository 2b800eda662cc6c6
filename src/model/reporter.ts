import type { Report } from './report.ts'

export interface ReporterOptions {
  readonly color: boolean
  readonly unicode: boolean
  /** Width of the terminal in characters. */
  readonly columns: number
  /** Also tell what passed, and what was chosen and why. */
  readonly verbose: boolean
  /** Only the verdict. */
  readonly quiet: boolean
}

/** Where a piece of output belongs: the document itself, annotations of a CI system, its summary page. */
export interface Output {
  readonly sink: 'out' | 'annotations' | 'summary'
  readonly text: string
}

/** Renders a document. Pure: the same document and options give the same text. */
export type Reporter<Document = Report> = (document: Document, options: ReporterOptions) => Output[]
