/** Containers that exist only to become image layers. */
import { randomUUID } from 'node:crypto'
import { docker, dockerOutput } from './docker.ts'

// Known by name, not by label: `docker commit` hands labels down to the image and so to the nodes made of it.
const namePrefix = 'registry-doctor-lab-build-'

/** What to put on top of an image, and how. */
export interface Layer {
  readonly from: string
  /** Directory whose content is copied to the image's root. */
  readonly tree: string
  readonly to: string
  /** Settings of the new image, as in a Dockerfile. */
  readonly changes?: readonly string[]
  /** What ends its first process; default: what ends systemd. Commit cannot set it, but keeps a container's. */
  readonly stopSignal?: string
  /** Work inside the running container after the copy. */
  readonly inside?: (container: string) => Promise<unknown>
}

/** Makes an image of another one plus files, plus what `inside` does. */
export async function addLayer(layer: Layer, log: string): Promise<void> {
  const common = ['--name', `${namePrefix}${randomUUID()}`, `--stop-signal=${layer.stopSignal ?? 'SIGRTMIN+3'}`]
  const start = layer.inside
    ? ['run', '--detach', '--privileged', '--network', 'none', ...common, '--entrypoint', 'sleep', layer.from, 'infinity']
    : ['create', ...common, layer.from, '/sbin/init']
  const id = await dockerOutput(start, { log })
  try {
    await dockerOutput(['cp', `${layer.tree}/.`, `${id}:/`], { log })
    await layer.inside?.(id)
    const changes = ['CMD []', ...(layer.changes ?? [])].flatMap((c) => ['--change', c])
    await dockerOutput(['commit', ...changes, id, layer.to], { log })
  } finally {
    await docker(['rm', '-f', '-v', id], { log })
  }
}

/** Removes containers of killed builds. */
export async function sweepBuilds(): Promise<void> {
  const ids = (await docker(['ps', '-aq', '--filter', `name=^${namePrefix}`])).stdout.split('\n').filter(Boolean)
  if (ids.length > 0) await docker(['rm', '-f', '-v', ...ids])
}
