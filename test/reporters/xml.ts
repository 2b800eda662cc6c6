import { XmlDocument, XmlElement, XmlText, type XmlNode } from 'libxml2-wasm'

export interface Parsed {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Parsed[]
  /** The text directly inside, where there is more than indentation. */
  readonly text: string
}

/** Parses strictly, with libxml2: it rejects what Jenkins and Python reject too, unlike most parsers for Node. */
export function parseXml(xml: string): Parsed {
  const document = XmlDocument.fromString(xml)
  try {
    return read(document.root)
  } finally {
    document.dispose()
  }
}

function read(element: XmlElement): Parsed {
  const nodes: XmlNode[] = []
  for (let node = element.firstChild; node !== null; node = node.next) nodes.push(node)
  const text = nodes.flatMap((node) => (node instanceof XmlText ? [node.content] : [])).join('')
  return {
    name: element.name,
    attributes: Object.fromEntries(element.attrs.map(({ name, value }) => [name, value])),
    children: nodes.flatMap((node) => (node instanceof XmlElement ? [read(node)] : [])),
    text: text.trim() === '' ? '' : text,
  }
}

/** All elements of that name, in document order. */
export const all = (parsed: Parsed, name: string): Parsed[] => [
  ...(parsed.name === name ? [parsed] : []),
  ...parsed.children.flatMap((child) => all(child, name)),
]
