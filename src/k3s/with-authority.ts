import { isMap, parseDocument } from 'yaml'
import { mapAt } from './with-mirror.ts'

/**
 * A registries.yaml in which the certificate of a registry is checked against an authority; all else in it stays.
 * @param hostPort of the endpoint, not of the image: k3s looks there
 * @param caFile path on the node
 * @returns null where the text cannot be changed without losing what it says
 */
export function withAuthority(text: string, hostPort: string, caFile: string): string | null {
  const document = parseDocument(text, { logLevel: 'silent' })
  if (document.errors.length > 0 || !isMap(document.contents)) return null
  const configs = mapAt(document, 'configs')
  if (configs === null) return null
  const own: unknown = configs.get(hostPort)
  if (own !== undefined && own !== null && !isMap(own)) return null
  if (!isMap(own)) configs.set(hostPort, document.createNode({ tls: { ca_file: caFile } }))
  else {
    const tls: unknown = own.get('tls')
    if (isMap(tls)) tls.set('ca_file', caFile)
    else if (tls === undefined || tls === null) own.set('tls', document.createNode({ ca_file: caFile }))
    else return null
  }
  return document.toString({ lineWidth: 0 })
}
