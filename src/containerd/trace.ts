/** One request as the node's containerd made it. */
export interface Attempt {
  readonly method: string
  /** `host[:port]` that was asked. */
  readonly host: string
  readonly path: string
  /** Absent where no answer came. */
  readonly status?: number
  readonly headers: { readonly [name: string]: string }
  /** Whether the answer's headers were seen to their end. */
  readonly complete: boolean
  /** Why containerd gave this host up. */
  readonly error?: string
  /** Milliseconds until the answer came, or the error; absent where neither is seen, or no times were recorded. */
  readonly ms?: number
}

export interface Trace {
  readonly attempts: readonly Attempt[]
  /** The error that containerd reports in the end; absent where the manifest was had. */
  readonly error?: string
}

/** Whether an answer was a registry's; null where the dump ends before that can be told. */
export function answeredByRegistry({ status, headers, complete }: Attempt): boolean | null {
  const marks =
    headers['docker-distribution-api-version'] !== undefined ||
    headers['docker-content-digest'] !== undefined ||
    /^Bearer|^Basic/i.test(headers['www-authenticate'] ?? '') ||
    /^application\/vnd\.(?:oci|docker)\./.test(headers['content-type'] ?? '') ||
    (status === 404 && headers['content-type']?.startsWith('application/json') === true)
  return marks ? true : complete ? false : null
}

interface LogLine {
  readonly msg: string
  readonly host?: string
  readonly error?: string
}

/** Headers that only a request has: one of them may be printed when its answer has begun. */
const requestHeaders = ['host', 'user-agent', 'accept', 'accept-encoding']

/**
 * Reads what `ctr content fetch-object --http-dump` wrote to its standard error: the dump of each request and answer line
 * by line as log messages, and the resolver's own lines between them. ctr writes every dump through a pipe of its own that
 * it does not drain when it exits: the last lines can be missing, the lines of two dumps can be mixed, and a line of the
 * resolver can come before the answer that it is about. So an answer counts as complete only where every dump that began
 * has ended, and a resolver's line belongs to the host that it names.
 * Source: containerd, cmd/ctr/commands/resolver.go (HTTP dump) and core/remotes/docker/resolver.go, v1.7 to v2.3.
 * @param lineMs when each line came; not used where it is not of these lines
 */
export function parseTrace(stderr: string, lineMs: readonly number[] = []): Trace {
  const attempts: {
    method: string
    host: string
    path: string
    status?: number
    headers: Record<string, string>
    complete: boolean
    error?: string
    ms?: number
  }[] = []
  let inAnswer = false
  let unended = 0
  let error: string | undefined
  const lines = stderr.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const asked = new Map<object, number>()
  const ended = (attempt: (typeof attempts)[number] | undefined, at: number): void => {
    const from = attempt && asked.get(attempt)
    if (from !== undefined && lineMs.length === lines.length) attempt!.ms ??= lineMs[at]! - lineMs[from]!
  }
  for (const [at, raw] of lines.entries()) {
    const final = /^ctr: (.*)$/.exec(raw)
    if (final) {
      error = final[1]
      ended(attempts.at(-1), at)
    } else if (error !== undefined) error += raw === '' ? '' : `\n${raw}`
    const line = parseLogLine(raw)
    if (!line) continue
    const last = attempts.at(-1)
    const request = /^(GET|HEAD|POST) (\S+) HTTP\/\d/.exec(line.msg)
    const answer = /^HTTP\/\d(?:\.\d)? (\d{3})/.exec(line.msg)
    const header = /^([A-Za-z0-9-]+): (.*)$/.exec(line.msg)
    if (request) {
      const attempt = { method: request[1]!, host: '', path: request[2]!, headers: {}, complete: false }
      attempts.push(attempt)
      asked.set(attempt, at)
      inAnswer = false
      unended++
    } else if (answer && last) {
      last.status = Number(answer[1])
      ended(last, at)
      inAnswer = true
      unended++
    } else if (header && last) {
      const name = header[1]!.toLowerCase()
      if (name === 'host') last.host ||= header[2]!
      else if (inAnswer && !last.complete && !requestHeaders.includes(name)) last.headers[name] = header[2]!
    } else if (line.msg === '' && last) {
      unended--
      if (inAnswer && unended === 0) last.complete = true
    }
    if (line.error !== undefined) {
      const meant = line.host === undefined ? last : attempts.findLast((one) => one.host === line.host || one.host === '')
      if (meant) meant.error ??= line.error
      ended(meant, at)
    }
  }
  return { attempts: attempts.filter((one, index) => !isRepeated(one, attempts[index + 1])), ...(error !== undefined && { error }) }
}

/** Where ctr tries two protocols, it prints each request twice; the second then has the answer. */
function isRepeated(one: Attempt, next: Attempt | undefined): boolean {
  const nothingCame = one.status === undefined && one.error === undefined
  return nothingCame && next !== undefined && next.method === one.method && next.path === one.path && next.host === one.host
}

/** logrus' text format: `time="…" level=info msg="…" key=value`. */
function parseLogLine(raw: string): LogLine | null {
  if (!raw.startsWith('time=')) return null
  const fields: Record<string, string> = {}
  for (const [, key, quoted, bare] of raw.matchAll(/(?:^|\s)([\w.-]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g))
    fields[key!] =
      quoted === undefined ? bare! : quoted.replace(/\\(.)/g, (_all, char: string) => (char === 'n' ? '\n' : char === 't' ? '\t' : char))
  return {
    msg: fields['msg'] ?? '',
    ...(fields['host'] !== undefined && { host: fields['host'] }),
    ...(fields['error'] !== undefined && { error: fields['error'] }),
  }
}
