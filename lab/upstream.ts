/** Published images, where the machine can pull them. */
import { existsSync } from 'node:fs'
import { docker, dockerOutput, hasImage } from './docker.ts'
import { step } from './steps.ts'
import { type ContainerdVersion, type K3sVersion, UsageError } from './versions.ts'

/** `auto`: published images where they can be pulled, the lab's own elsewhere. */
export type ImageChoice = 'auto' | 'lab' | 'upstream'

export const imageChoices: readonly ImageChoice[] = ['auto', 'lab', 'upstream']

const firstAnswer = 20_000
const wholePull = 900_000

/** Asked once per process: a registry that cannot be reached makes every further try a long wait. */
let unreachable = false

/** Pulls a published image; false if that cannot be done here. */
export async function canPull(image: string): Promise<boolean> {
  if (unreachable) return false
  return step(`pull ${image}`, async ({ log, done }) => {
    const result = await docker(['pull', image], { log, firstOutputTimeout: firstAnswer, timeout: wholePull })
    if (result.code === 0) return true
    unreachable = true
    done('not possible here')
    return false
  })
}

/** From 1.35 on the kubelet refuses a machine with cgroup v1. */
function runsHere(version: ContainerdVersion): boolean {
  return version.upstream.kubernetesMinor < 35 || existsSync('/sys/fs/cgroup/cgroup.controllers')
}

/** The published node image with this containerd, if the engine has it now; undefined: the lab's own is wanted. */
export async function upstreamNode(version: ContainerdVersion, choice: ImageChoice): Promise<string | undefined> {
  const { image } = version.upstream
  if (choice === 'lab') return undefined
  if (runsHere(version)) {
    if (await hasImage(image)) return image
    // an image that the lab has built spares the try to pull
    const tryPull = choice === 'upstream' || !(await hasLabImage(`node:*containerd${version.version}-*`))
    if (tryPull && (await canPull(image))) return image
  }
  if (choice === 'auto') return undefined
  const why = runsHere(version) ? 'cannot be pulled here' : 'does not run on cgroup v1'
  throw new UsageError(`${image} ${why}; use --images lab`)
}

/** The published image of k3s with this containerd, like upstreamNode. */
export async function upstreamK3s({ k3s }: K3sVersion, choice: ImageChoice): Promise<string | undefined> {
  if (choice === 'lab') return undefined
  const tag = k3s.replace('+', '-')
  const image = `rancher/k3s:${tag}`
  if (await hasImage(image)) return image
  const tryPull = choice === 'upstream' || !(await hasLabImage(`k3s-node:${tag}-*`))
  if (tryPull && (await canPull(image))) return image
  if (choice === 'auto') return undefined
  throw new UsageError(`${image} cannot be pulled here; use --images lab`)
}

async function hasLabImage(pattern: string): Promise<boolean> {
  return (await dockerOutput(['images', '-q', '--filter', `reference=registry-doctor-lab/${pattern}`])) !== ''
}
