/** The codes that containerd knows, with the messages that it leaves out because they say no more than the code. */
const messages: { readonly [code: string]: string } = {
  UNKNOWN: 'unknown error',
  UNSUPPORTED: 'The operation is unsupported.',
  UNAUTHORIZED: 'authentication required',
  DENIED: 'requested access to the resource is denied',
  UNAVAILABLE: 'service unavailable',
  TOOMANYREQUESTS: 'too many requests',
}

/**
 * The text that containerd makes of a registry's own error, null where a body holds none. Codes that it does not know are
 * "unknown", also those of the specification for names and manifests.
 * Source: containerd v2.3.4, core/remotes/docker/errcode.go (Errors) and errdesc.go.
 */
export function registryMessage(body: string): string | null {
  const lines = errorsOf(body)?.map(line) ?? []
  if (lines.length === 0 || lines.includes(null)) return null
  return lines.length === 1 ? lines[0]! : `errors:\n${lines.map((one) => `${one}\n`).join('')}`
}

function errorsOf(body: string): readonly unknown[] | null {
  try {
    const errors = (JSON.parse(body) as { errors?: unknown } | null)?.errors
    return Array.isArray(errors) ? errors : null
  } catch {
    return null
  }
}

/** null where a field is of another type, which makes Go give up the whole body. */
function line(error: unknown): string | null {
  const { code = '', message = '', detail } = (error ?? {}) as { code?: unknown; message?: unknown; detail?: unknown }
  if (typeof code !== 'string' || typeof message !== 'string') return null
  const known = Object.hasOwn(messages, code) ? code : 'UNKNOWN'
  const bare = detail == null && (message === '' || message === messages[known])
  return bare ? known.toLowerCase() : `${known.toLowerCase()}: ${message}`
}
