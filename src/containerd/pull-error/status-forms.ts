/**
 * How each program words the status that an answer had, up to the number.
 * Sources: containerd v2.3.4, core/remotes/errors/errors.go; v1.7.34, remotes/docker/fetcher.go (open, createGetReq); v1.6.20,
 * remotes/docker/resolver.go (Resolve), before v1.5 without the host; go.podman.io/image v5.38.0 and docker/distribution v2.8.3,
 * distribution_error.go and registry/client/errors.go (`received …`); containers/image v5.16.0 and v5.24.0, docker/errors.go
 * (`invalid status code …`).
 */
export const statusForms = [
  String.raw`unexpected status from [A-Z]+ request to \S+: `,
  String.raw`unexpected (?:HEAD )?status code \S+: `,
  String.raw`(?:pulling from host \S+ failed with|unexpected)(?: unexpected)? status code \[\w+ [^\]\s]*\]: `,
  'unexpected status: ',
  'received unexpected HTTP status: ',
  'invalid status code from registry ',
]

/** Sources: go.podman.io/image v5.38.0, docker/errors.go; docker/distribution v2.8.3, registry/client/errors.go. */
const bodyForms = ['StatusCode: ', 'error parsing HTTP ']

const forms = `(?:${[...statusForms, ...bodyForms].join('|')})`
const anyStatus = new RegExp(`${forms}(\\d{3})\\b`)

/** A pattern for answers with a status, in whichever form. */
export const statusIs = (numbers: string, before = ''): RegExp => new RegExp(`${before}${forms}(?:${numbers})\\b`)

/** The status of the answer that a text tells of, and where in the text that ends. */
export function statusIn(text: string): { readonly status: number; readonly end: number } | null {
  const found = anyStatus.exec(text)
  return found && { status: Number(found[1]), end: found.index + found[0].length }
}
