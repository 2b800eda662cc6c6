import { setContainerdAddress, type NodeCommand } from '../model/node-shell.ts'
import { probeRepository } from '../model/probe.ts'

// The processes that change something in a node, or find what is to be changed.

/** crictl knows k3s' socket by its configuration, and k3s has none but its own: `k3s crictl` is what /bin/crictl is there. */
const crictl = (limitSeconds: number, ...words: string[]): NodeCommand => ({
  argv: ['timeout', String(limitSeconds), 'crictl', ...words],
  limitSeconds,
})

/**
 * Removes images through the CRI. It takes every name of an image with it, so this is only for images of a probe, which
 * nothing else names, and by their digest (containerd v2.1.4, internal/cri/server/images/image_remove.go). Where a pull failed
 * after its manifest, containerd has the name and the CRI does not know it: then that name alone is removed.
 * @param references each `HOST/registry-doctor/probe@sha256:…`
 */
export function removeImagesOf(references: readonly string[]): NodeCommand {
  const limitSeconds = 10
  const script = [
    'crictl rmi "$@" && exit 0',
    'code=$?',
    setContainerdAddress,
    'held=$(ctr -n k8s.io images ls -q)',
    'for one in "$@"; do case "$held" in *"$one"*) ctr -n k8s.io images rm "$one" || exit;; esac; done',
    'exit $code',
  ].join('\n')
  return { argv: ['timeout', String(limitSeconds), 'sh', '-c', script, 'rmi', ...references], limitSeconds }
}

/** Pulls an image through the CRI, as the kubelet does. */
export const pullImage = (reference: string): NodeCommand => crictl(20, 'pull', reference)

/** The names under which a node holds images of probes, one per line, whatever the registry host in them. */
export function listProbeImages(): NodeCommand {
  const limitSeconds = 10
  const script = [setContainerdAddress, 'ctr -n k8s.io images ls -q "$1"'].join('\n')
  const filter = `name~="/${probeRepository}@sha256:"`
  return { argv: ['timeout', String(limitSeconds), 'sh', '-c', script, 'images', filter], limitSeconds }
}
