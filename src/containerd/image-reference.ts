import { lower } from './go/lower.ts'
import { quote } from './go/quote.ts'
import { parseGoUrl } from './go/url.ts'

export interface ImageReference {
  /** `host[:port]`, containerd's namespace: what certs.d is searched for. */
  readonly registryHost: string
  readonly repository: string
  /** `latest` where neither tag nor digest is given. */
  readonly tag?: string
  readonly digest?: string
  /** As containerd resolves it: where there is a digest, the tag is left out. */
  readonly canonical: string
}

export interface InvalidImage {
  /** The message with which the kubelet leaves a pod in InvalidImageName. */
  readonly error: string
  /** What is wrong, in the library's words. */
  readonly reason: string
}

const component = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const host = `(?:${component}(?:\\.${component})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`
const pathPart = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const path = `${pathPart}(?:/${pathPart})*`
const digest = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}'
const whole = new RegExp(`^((?:${host}/)?${path})(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(${digest}))?$`)
const named = new RegExp(`^(?:(${host})/)?(${path})$`)

const maxRepository = 255
const digestLengths: { readonly [algorithm: string]: number } = { sha256: 64, sha384: 96, sha512: 128 }

/**
 * An image reference as the kubelet checks it and containerd resolves it.
 * Sources: distribution/reference v0.6.0, normalize.go and reference.go; kubelet, pkg/kubelet/images/image_manager.go
 * (applyDefaultImageTag); containerd v1.7.34, reference/reference.go (Parse).
 */
export function parseImageReference(image: string): ImageReference | InvalidImage {
  const parsed = parse(image)
  if ('reason' in parsed) {
    const name = quote(image)
    return { ...parsed, error: `Failed to apply default image tag ${name}: couldn't parse image name ${name}: ${parsed.reason}` }
  }
  // The library takes any digits and colons in brackets; containerd then wants an address.
  const url = `dummy://${parsed.canonical}`
  const checked = parseGoUrl(url, true)
  if (!('error' in checked)) return parsed
  const reason = `parse ${quote(url)}: ${checked.error}`
  return { reason, error: `Failed to pull image ${quote(image)}: failed to pull and unpack image ${quote(parsed.canonical)}: ${reason}` }
}

type Reason = { readonly reason: string }

function parse(image: string): ImageReference | Reason {
  if (/^[a-f0-9]{64}$/.test(image)) return { reason: `invalid repository name (${image}), cannot specify 64-byte hexadecimal strings` }
  const { domain, rest } = split(image)
  const colon = rest.indexOf(':')
  const remote = colon < 0 ? rest : rest.slice(0, colon)
  if (lower(remote) !== remote) return { reason: `invalid reference format: repository name (${remote}) must be lowercase` }

  const found = whole.exec(`${domain}/${rest}`)
  if (!found) {
    return { reason: whole.test(lower(`${domain}/${rest}`)) ? 'repository name must be lowercase' : 'invalid reference format' }
  }
  const [, name, tag, digestText] = found
  const [, registryHost = '', repository] = named.exec(name!)!
  if (repository!.length > maxRepository) return { reason: `repository name must not be more than ${maxRepository} characters` }
  const wrong = digestText === undefined ? null : digestProblem(digestText)
  if (wrong !== null) return { reason: wrong }

  const base = { registryHost, repository: repository! }
  if (digestText === undefined) return { ...base, tag: tag ?? 'latest', canonical: `${name}:${tag ?? 'latest'}` }
  return { ...base, ...(tag !== undefined && { tag }), digest: digestText, canonical: `${name}@${digestText}` }
}

/** Source: distribution/reference v0.6.0, normalize.go (splitDockerDomain). */
function split(image: string): { domain: string; rest: string } {
  const slash = image.indexOf('/')
  const first = slash < 0 ? '' : image.slice(0, slash)
  const isDomain = first === 'localhost' || /[.:]/.test(first) || lower(first) !== first
  const domain = !isDomain || first === 'index.docker.io' ? 'docker.io' : first
  const rest = isDomain ? image.slice(slash + 1) : image
  return { domain, rest: domain === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest }
}

/** Source: opencontainers/go-digest v1.0.0, digest.go and algorithm.go (Validate). */
function digestProblem(text: string): string | null {
  const [algorithm = '', encoded = ''] = text.split(':')
  const length = Object.hasOwn(digestLengths, algorithm) ? digestLengths[algorithm] : undefined
  if (length === undefined) {
    return /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/.test(text) ? 'unsupported digest algorithm' : 'invalid checksum digest format'
  }
  if (encoded.length !== length) return 'invalid checksum digest length'
  return /^[a-f0-9]+$/.test(encoded) ? null : 'invalid checksum digest format'
}
