import { parseImageReference } from '../image-reference.ts'
import { statusIn } from './status-forms.ts'

/** Whether what was asked stands in for the registry that the image's name says; by the text alone. */
export type Via = 'mirror' | 'default' | 'unknown'

export interface AskedOf {
  readonly host?: string
  readonly url?: string
  readonly via: Via
  readonly status?: number
}

/** The forms in which a request's URL stands in a text; quoted by Go since 1.14. */
const requestForms = /\b(?:(?:Head|Get|Post) "?|request to |status code |content at )(https?:\/\/[^\s"\\]+)/g

/** containerd before 1.6.21 named the host alone, and containers/image names the repository that it asked for. */
const hostForms = /\bpulling from host (\S+) failed|\bpinging container registry (\S+): |\b[Rr]eading manifest \S+ in ([^\s/]+)\/\S+: /

const imageForms = /\b(?:pull and unpack image|resolve reference|pull(?:ing)? image) "([^"\s]{1,512})"/

/** A reference is an image's as it is named in the pod; Docker Hub is asked under another host than its images name. */
const hubHost = 'registry-1.docker.io'

/**
 * What the failing request was asked of, and what came back.
 * Sources: containerd v2.3.4, core/remotes/docker/resolver.go (`ns` is added where the host that is asked is not the image's)
 * and registry.go (DefaultHost).
 * @param whole the message as the kubelet gives it, which names the image
 * @param cause the part that tells of the request
 */
export function askedOf(whole: string, cause: string): AskedOf {
  const answered = statusIn(cause)
  // A registry's own words may tell of its requests to others.
  const ours = answered ? cause.slice(0, answered.end) : cause
  const url = urlIn(ours)
  const host =
    url === undefined
      ? hostForms
          .exec(ours)
          ?.slice(1)
          .find((one) => one !== undefined)
      : hostOf(url)
  return {
    ...(host !== undefined && { host }),
    ...(url !== undefined && { url }),
    via: viaOf(whole, host, url),
    ...(answered && { status: answered.status }),
  }
}

/** A request that led to another is told of with it: the last one is the one that failed. */
function urlIn(text: string): string | undefined {
  const found = [...text.matchAll(requestForms)].at(-1)?.[1]
  return found?.replace(/:$/, '')
}

const hostOf = (url: string): string =>
  url
    .replace(/^https?:\/\//, '')
    .replace(/[/?#].*$/s, '')
    .replace(/^.*@/, '')

function viaOf(whole: string, host: string | undefined, url: string | undefined): Via {
  if (url !== undefined && /[?&]ns=/.test(url)) return 'mirror'
  const image = imageForms.exec(whole)?.[1]
  const reference = image === undefined ? null : parseImageReference(image)
  if (host === undefined || !reference || 'error' in reference) return 'unknown'
  const { registryHost } = reference
  return host === registryHost || (registryHost === 'docker.io' && host === hubHost) ? 'default' : 'unknown'
}
