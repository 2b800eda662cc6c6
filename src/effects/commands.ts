import { probeRepository } from '../model/probe.ts'

/** A process in a node that changes something there, or finds what is to be changed, and ends by itself after `limitSeconds`. */
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

/** The names under which a node holds images of probes, one per line, whatever the registry host in them. */
export function listProbeImages(): EffectCommand {
  const limitSeconds = 10
  const script = [
    // k3s' containerd listens elsewhere (k3s, pkg/agent/config/config.go).
    'k3s=/run/k3s/containerd/containerd.sock; [ -S "$k3s" ] && export CONTAINERD_ADDRESS="$k3s"',
    'ctr -n k8s.io images ls -q "$1"',
  ].join('\n')
  const filter = `name~="/${probeRepository}@sha256:"`
  return { argv: ['timeout', String(limitSeconds), 'sh', '-c', script, 'images', filter], limitSeconds }
}
