import type { Endpoint } from './endpoints.ts'

/** One request that containerd makes. */
export interface Request {
  readonly endpoint: Endpoint
  readonly method: 'HEAD' | 'GET'
  readonly kind: 'manifests' | 'blobs'
  readonly url: string
  readonly scheme: string
  /** Whether a token is sent along. */
  readonly authorized: boolean
}

/** What a registry wants of who asks without the right to: its WWW-Authenticate header, and what its token server said. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | {
      readonly scheme: 'bearer'
      /** The header's `error`. */ readonly error?: string
      /** Why no token was had. */ readonly tokenError?: string
    }

/** What came back, or why nothing did. */
export type Outcome =
  | {
      readonly status: number
      /** The status line's text where it is not the usual one. */
      readonly statusText?: string
      /** Whether Docker-Content-Digest came along; taken for given where it is not said. */
      readonly digest?: boolean
      /** Whether Content-Length came along; taken for given likewise, but with 204. */
      readonly length?: boolean
      /** The size of the manifest. */
      readonly bytes?: number
      readonly body?: string
      /** The URL that gave the answer in the end, where the one that was asked led elsewhere. */
      readonly url?: string
      readonly challenge?: Challenge
    }
  | {
      /** Go's text behind the URL: `dial tcp 127.0.0.1:5001: connect: connection refused`. */
      readonly error: string
      readonly kind: 'refused' | 'http-response' | 'handshake-timeout' | 'timeout' | 'closed' | 'canceled' | 'other'
    }

export type Answer = Extract<Outcome, { status: number }>
export type Failure = Extract<Outcome, { error: string }>

export const isFailure = (outcome: Outcome): outcome is Failure => 'error' in outcome

export interface Attempt {
  readonly request: Request
  readonly outcome: Outcome
}

/** An error of Go, with what decides how it is passed on. */
export interface GoError {
  readonly text: string
  /** The gRPC code that containerd derives from it. */
  readonly code: 'NotFound' | 'DeadlineExceeded' | 'Canceled' | 'Unknown'
}

// prettier-ignore
const statusTexts: { readonly [status: number]: string } = {
  200: 'OK', 201: 'Created', 202: 'Accepted', 204: 'No Content', 206: 'Partial Content', 300: 'Multiple Choices', 301: 'Moved Permanently',
  302: 'Found', 303: 'See Other', 304: 'Not Modified', 307: 'Temporary Redirect', 308: 'Permanent Redirect', 400: 'Bad Request',
  401: 'Unauthorized', 402: 'Payment Required', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 406: 'Not Acceptable',
  407: 'Proxy Authentication Required', 408: 'Request Timeout', 409: 'Conflict', 410: 'Gone', 411: 'Length Required',
  413: 'Request Entity Too Large', 414: 'Request URI Too Long', 416: 'Requested Range Not Satisfiable', 418: "I'm a teapot",
  421: 'Misdirected Request', 425: 'Too Early', 426: 'Upgrade Required', 428: 'Precondition Required', 429: 'Too Many Requests',
  451: 'Unavailable For Legal Reasons', 500: 'Internal Server Error', 501: 'Not Implemented', 502: 'Bad Gateway',
  503: 'Service Unavailable', 504: 'Gateway Timeout', 505: 'HTTP Version Not Supported', 511: 'Network Authentication Required',
}

export const statusLine = ({ status, statusText }: Answer): string => `${status} ${statusText ?? statusTexts[status] ?? ''}`.trimEnd()
