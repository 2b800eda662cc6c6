/** A process in a node that changes something there, and ends by itself after `limitSeconds`. */
export interface EffectCommand {
  readonly argv: readonly string[]
  readonly limitSeconds: number
}

/** crictl knows k3s' socket by its configuration, and k3s has none but its own: `k3s crictl` is what /bin/crictl is there. */
const crictl = (limitSeconds: number, ...words: string[]): EffectCommand => ({
  argv: ['timeout', String(limitSeconds), 'crictl', ...words],
  limitSeconds,
})

/**
 * Removes images through the CRI. It takes every name of an image with it, so this is only for images of a probe, which
 * nothing else names, and by their digest (containerd v2.1.4, internal/cri/server/images/image_remove.go).
 * @param references each `HOST/registry-doctor/probe@sha256:…`
 */
export const removeImagesOf = (references: readonly string[]): EffectCommand => crictl(10, 'rmi', ...references)

/** Pulls an image through the CRI, as the kubelet does. */
export const pullImage = (reference: string): EffectCommand => crictl(20, 'pull', reference)
