import { isMap, isScalar, parseDocument, type Document, type YAMLMap } from 'yaml'

/**
 * A registries.yaml with a mirror that leads a registry host to an endpoint; all else in it stays, comments too. What was
 * meant for it is put right: a registry host with a scheme, an endpoint that is no list.
 * @param text what is there; null where there is none
 * @returns null where the text cannot be changed without losing what it says
 */
export function withMirror(text: string | null, registryHost: string, endpoint: string): string | null {
  if (text === null || text.trim() === '') return fresh(registryHost, endpoint)
  const document = parseDocument(text, { logLevel: 'silent' })
  if (document.errors.length > 0) return null
  if (document.contents === null) return `${text.trimEnd()}\n${fresh(registryHost, endpoint)}`
  if (!isMap(document.contents)) return null
  const mirrors = mapAt(document, document.contents, 'mirrors')
  if (mirrors === null) return null
  const host = registryHost.toLowerCase()
  renameKey(
    mirrors,
    registryHost,
    (key) =>
      key
        .replace(/^https?:\/\//, '')
        .replace(/\/+$/, '')
        .toLowerCase() === host,
  )
  const existing: unknown = mirrors.get(registryHost)
  if (isMap(existing)) {
    existing.set('endpoint', document.createNode([endpoint]))
  } else mirrors.set(registryHost, document.createNode({ endpoint: [endpoint] }))
  listEveryEndpoint(mirrors, document)
  return written(document, text)
}

/**
 * A registries.yaml that tells of a file with the certificate of whom to trust at an address; all else stays.
 * @param address `host:port` of an endpoint
 * @returns null where the text cannot be changed without losing what it says
 */
export function withAuthority(text: string, address: string, file: string): string | null {
  const document = parseDocument(text, { logLevel: 'silent' })
  if (document.errors.length > 0 || !isMap(document.contents)) return null
  const tls = ['configs', address, 'tls'].reduce<YAMLMap | null>((map, key) => map && mapAt(document, map, key), document.contents)
  if (tls === null) return null
  tls.set('ca_file', file)
  return written(document, text)
}

/**
 * A registries.yaml in which every endpoint is a list, as k3s wants it; all else stays.
 * @returns null where the text is no YAML of a mapping
 */
export function withListedEndpoints(text: string): string | null {
  const document = parseDocument(text, { logLevel: 'silent' })
  const mirrors: unknown = document.errors.length === 0 && isMap(document.contents) ? document.get('mirrors') : null
  if (!isMap(mirrors)) return null
  listEveryEndpoint(mirrors, document)
  return written(document, text)
}

/** As it was written: a list below its key may be indented or not, and lines that nothing has changed stay as they are. */
function written(document: Document, before: string): string {
  const isFlush = /^( *)[^\s#-][^\n]*:[ \t]*\n\1- /m.test(before)
  return document.toString({ lineWidth: 0, indentSeq: !isFlush })
}

const fresh = (registryHost: string, endpoint: string): string => `mirrors:\n  "${registryHost}":\n    endpoint:\n      - "${endpoint}"\n`

/** The map under a key, made where there is nothing; null where there is something else. */
function mapAt(document: Document, parent: YAMLMap, key: string): YAMLMap | null {
  const found: unknown = parent.get(key)
  if (isMap(found)) {
    // What is added to `{}` is read more easily below it.
    if (found.items.length === 0) found.flow = false
    return found
  }
  if (found !== undefined && found !== null) return null
  const made = document.createNode({}) as YAMLMap
  parent.set(key, made)
  return made
}

/** Gives the first key that is meant its right name; one that is right already stays. */
function renameKey(map: YAMLMap, name: string, isMeant: (key: string) => boolean): void {
  if (map.has(name)) return
  const pair = map.items.find(({ key }) => isScalar(key) && isMeant(String(key.value)))
  if (pair && isScalar(pair.key)) pair.key.value = name
}

/** k3s does not start with an endpoint that is a text. */
function listEveryEndpoint(mirrors: YAMLMap, document: Document): void {
  for (const { value } of mirrors.items) {
    if (!isMap(value)) continue
    const endpoint: unknown = value.get('endpoint')
    if (typeof endpoint === 'string') value.set('endpoint', document.createNode([endpoint]))
  }
}
