import type { GoError } from './attempt.ts'
import { quote } from './go/quote.ts'
import type { ImageReference } from './image-reference.ts'

/**
 * The message of the kubelet's event, from the error that resolving ended with.
 * Sources: containerd v2.2.7, internal/cri/server/images/image_pull.go, client/pull.go and core/transfer/local/pull.go;
 * Kubernetes, pkg/kubelet/images/image_manager.go and cri-client/pkg/remote_image.go, which takes the prefix of an
 * unknown code away.
 * @param image as the pod names it
 */
export function kubeletText(image: string, { canonical }: ImageReference, { text, code }: GoError, path: 'local' | 'transfer'): string {
  const prefix = code === 'Unknown' ? '' : `rpc error: code = ${code} desc = `
  const resolving = path === 'local' ? `failed to resolve reference ${quote(canonical)}` : 'failed to resolve image'
  return `Failed to pull image ${quote(image)}: ${prefix}failed to pull and unpack image ${quote(canonical)}: ${resolving}: ${text}`
}
