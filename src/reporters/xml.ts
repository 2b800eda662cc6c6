import { printable } from './text.ts'

// Written by hand: a JUnit document needs elements, attributes and text, nothing else. The libraries at hand cost 50 to 80 ms
// of start-up, and the light one (fast-xml-builder) passes forbidden characters on and writes newlines raw into attributes,
// where a reader must turn them into spaces.

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;' }

const inText = (text: string): string => printable(text).replace(/[&<>]/g, (character) => entities[character] ?? '')
const inAttribute = (text: string): string => printable(text).replace(/[&<>"\n]/g, (character) => entities[character] ?? '')

export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string | number | undefined>>
  readonly children?: readonly Element[]
  readonly text?: string
}

/** An XML 1.0 document with this root, indented by two spaces. Forbidden characters and escapes are left out. */
export const xmlDocument = (root: Element): string => `<?xml version="1.0" encoding="UTF-8"?>\n${write(root, '')}\n`

function write(element: Element, indent: string): string {
  const attributes = Object.entries(element.attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${inAttribute(String(value))}"`)
    .join('')
  const open = `${indent}<${element.name}${attributes}`
  if (element.text !== undefined) return `${open}>${inText(element.text)}</${element.name}>`
  if (element.children === undefined || element.children.length === 0) return `${open}/>`
  return [`${open}>`, ...element.children.map((child) => write(child, `${indent}  `)), `${indent}</${element.name}>`].join('\n')
}
