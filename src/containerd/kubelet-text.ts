import type { GoError } from './attempt.ts'
import { quote } from './go/quote.ts'
import type { ImageReference } from './image-reference.ts'
import type { VersionRules } from './version-rules.ts'

export interface TextOptions {
  readonly rules?: Pick<VersionRules, 'redactsQueries' | 'formatsCoded'>
  /** The error is that of fetching what was resolved. */
  readonly fetching?: boolean
}

/**
 * The message of the kubelet's event, from the error that resolving or fetching ended with.
 * Sources: containerd v2.2.7, internal/cri/server/images/image_pull.go, client/pull.go and core/transfer/local/pull.go;
 * v1.7.34, pkg/cri/util/sanitize.go; v1.7.23, errdefs/grpc.go; Kubernetes, pkg/kubelet/images/image_manager.go and
 * cri-client/pkg/remote_image.go, which takes the prefix of an unknown code away.
 * @param image as the pod names it
 */
export function kubeletText(
  image: string,
  { canonical }: ImageReference,
  { text, code }: GoError,
  path: 'local' | 'transfer',
  { rules, fetching = false }: TextOptions = {},
): string {
  const resolving = path === 'local' ? `failed to resolve reference ${quote(canonical)}: ` : 'failed to resolve image: '
  const cause = `${fetching ? '' : resolving}${rules?.redactsQueries ? redacted(text) : text}`
  const whole = `failed to pull and unpack image ${quote(canonical)}: ${cause}`
  const coded = code === 'Unknown' ? whole : `rpc error: code = ${code} desc = ${rules?.formatsCoded ? formatted(whole) : whole}`
  return `Failed to pull image ${quote(image)}: ${coded}`
}

/** Go's own error of a request quotes its URL; only there are queries hidden. */
const redacted = (text: string): string =>
  text.replaceAll(/\b(?:Head|Get) "[^"]*"/g, (quoted) => quoted.replaceAll(/([?&][^=&"]*=)[^&"]*/g, '$1%5BREDACTED%5D'))

/** Source: Go, fmt/print.go (doPrintf, badVerb), for a text without values. */
const formatted = (text: string): string => text.replaceAll(/%\d*([A-Za-z])/g, '%!$1(MISSING)')
