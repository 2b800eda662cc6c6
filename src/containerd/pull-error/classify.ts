import type { PullErrorClass } from '../../model/pull-error.ts'
import { askedOf, type AskedOf } from './request.ts'
import { classOf } from './table.ts'
import { causeStart } from './wrappers.ts'

/** What a message tells of a pull that failed. */
export interface ClassifiedPullError extends AskedOf {
  /** `unknown` where the text says nothing, or nothing that has a class: an unreadable file on the node, a status without one. */
  readonly class: PullErrorClass
  /** The part of the text that says what happened, or that it does not say so. */
  readonly detail: string
}

/** The kubelet's words for a failure, where it gives no reason. */
const bare =
  /^(?:Back-off pulling image "[^"]*"|ErrImagePull|ImagePullBackOff|RegistryUnavailable|SignatureValidationFailed|the registry is unavailable\.?)?$/

/** No object of Kubernetes is longer (etcd's limit is 1.5 MiB), and a regular expression that steps back through more fails. */
const longest = 2 ** 20

const noReason = 'the message gives no reason; the event with the reason Failed, or another pull, does'

/**
 * What kind of error a pull ended with, as the kubelet tells it in a container's waiting message or in an event, or as the
 * runtime itself does. Kubelets before 1.32 keep the reason out of the message of ImagePullBackOff: it is then `unknown`.
 * Every text that it knows has its source in the tables of this folder: Kubernetes 1.25 to 1.36, containerd 1.6 to 2.3,
 * CRI-O, cri-dockerd, Docker Engine, and Go's net, net/http, crypto/tls and crypto/x509.
 * @returns a class for any string, in time linear in its length
 */
export function classifyPullError(message: string): ClassifiedPullError {
  const text = message.slice(0, longest).trim()
  const cause = withoutMirrors(text)
  const detail = cause.slice(causeStart(cause)).replace(/: unknown$/, '')
  return { class: classOf(cause), ...askedOf(text, cause), detail: bare.test(detail) ? noReason : detail }
}

/**
 * containers/image tells the errors of all mirrors, and then that of the registry itself.
 * Source: go.podman.io/image v5.38.0, docker/docker_image_src.go (newImageSource).
 */
function withoutMirrors(text: string): string {
  if (!text.includes('(Mirrors also failed: [')) return text
  const end = text.lastIndexOf(']): ')
  return end < 0 ? text : text.slice(end + ']): '.length).replace(/^\S+: /, '')
}
