/** What a site answers to a request: once for the servers that are really asked, and for the model that says what they will be. */
import { mediaTypes, type TinyImage } from './image.ts'
import type { Site } from './sites.ts'

export interface Asked {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly authorized: boolean
}

export interface Reply {
  readonly status: number
  readonly headers?: { readonly [name: string]: string }
  readonly body?: Buffer | string
}

/** The site does not answer: it resets or closes the connection, or keeps it open. */
export type Silence = 'reset' | 'closed' | 'hangs'

const errors = (code: string, message: string): string => JSON.stringify({ errors: [{ code, message }] })
const refusal = (status: number, code: string, message: string): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: errors(code, message),
})

const notFound = refusal(404, 'MANIFEST_UNKNOWN', 'manifest unknown')
const denied = refusal(403, 'DENIED', 'requested access to the resource is denied')
const html: Reply = { status: 403, headers: { 'content-type': 'text/html' }, body: '<html>go away</html>' }
const unauthorized = refusal(401, 'UNAUTHORIZED', 'authentication required')
const failing = refusal(500, 'UNKNOWN', 'unknown error')
const withChallenge = (challenge: string): Reply => ({
  ...unauthorized,
  headers: { ...unauthorized.headers, 'www-authenticate': challenge },
})

/** @param base the URL at which the site is asked, without a path */
export function replyOf({ answer }: Pick<Site, 'answer'>, asked: Asked, base: string, image: TinyImage): Reply | Silence {
  const { method, path, authorized } = asked
  const isBlob = path.includes('/blobs/')
  const bearer = (more = ''): Reply => withChallenge(`Bearer realm="${base}/token",service="registry"${more}`)
  if (path.startsWith('/token'))
    return answer === 'no-token'
      ? { status: 401, body: 'no' }
      : { status: 200, headers: { 'content-type': 'application/json' }, body: '{"token":"t"}' }
  switch (answer) {
    case 'serves':
      return served(path, image)
    case 'storage':
      return path.startsWith('/denied')
        ? { status: 403, headers: { 'content-type': 'application/xml' }, body: '<Error/>' }
        : served(path, image)
    case 'not-found':
      return notFound
    case 'unauthorized':
      return unauthorized
    case 'basic':
      return withChallenge('Basic realm="registry"')
    case 'bearer':
      return authorized ? served(path, image) : bearer()
    case 'bearer-denied':
      return authorized ? bearer(',error="insufficient_scope"') : bearer()
    case 'no-token':
      return bearer()
    case 'forbidden':
      return denied
    case 'forbidden-html':
      return html
    case 'rate-limited':
      return refusal(429, 'TOOMANYREQUESTS', 'slow down')
    case 'server-error':
      return failing
    case 'unavailable':
      return { status: 503, body: 'no backend' }
    case 'no-head':
      return method === 'HEAD' ? { status: 405 } : served(path, image)
    case 'no-digest':
      return served(path, image, false)
    case 'redirect':
      return { status: 307, headers: { location: `http://storage.lan:5000${path}` } }
    case 'redirect-failing':
      return { status: 307, headers: { location: `http://storage.lan:5000/denied${path}` } }
    case 'no-manifest':
      return method === 'GET' && !isBlob ? notFound : served(path, image)
    case 'no-blobs':
      return isBlob ? refusal(404, 'BLOB_UNKNOWN', 'blob unknown') : served(path, image)
    case 'blobs-failing':
      return isBlob ? failing : served(path, image)
    case 'blobs-forbidden':
      return isBlob ? denied : served(path, image)
    case 'reset':
    case 'closed':
    case 'hangs':
      return answer
    case 'refused':
    case 'no-name':
    case 'name-server-fails':
      throw new Error(`${answer}: nobody listens`)
  }
}

function served(path: string, image: TinyImage, digest = true): Reply {
  const [, kind, name] = /\/(manifests|blobs)\/([^/?]+)/.exec(path) ?? []
  const isManifest = kind === 'manifests' && (name === '1' || name === image.digest)
  if (isManifest) {
    const headers = { 'content-type': mediaTypes.manifest, ...(digest && { 'docker-content-digest': image.digest }) }
    return { status: 200, headers, body: image.manifest }
  }
  const blob = kind === 'blobs' ? image.blobs.get(name!) : undefined
  return blob ? { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: blob } : notFound
}
