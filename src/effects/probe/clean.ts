import { probeSlots } from '../../model/probe.ts'
import type { ApiAccess, Registry } from '../../model/topology.ts'
import type { KubeAnswer } from '../../ports/write/kube.ts'
import type { ProbeImage } from '../probe-image/probe-image.ts'
import type { LeftImage } from './node-images.ts'
import { removeImages } from './node-images.ts'
import { unpushImage } from './push.ts'
import type { ProbeTools } from './tools.ts'

/** What a probe made in a cluster so far; it grows before each thing is made, so that nothing is forgotten. */
export interface Made {
  namespace?: { readonly name: string; readonly way: ApiAccess }
  readonly images: LeftImage[]
  /** Names of pods whose containers have all ended. */
  readonly ended: string[]
  /** Names of images of the engine. */
  readonly tagged: string[]
  /** What nobody here can remove again, with its size. */
  readonly stays: { readonly registry: string; readonly bytes: number }[]
  readonly pushed: { readonly base: string; readonly registry: Registry; readonly image: ProbeImage }[]
}

export const nothingMade = (): Made => ({ images: [], ended: [], tagged: [], stays: [], pushed: [] })

/** What has ended needs no word of the kubelet any more; what has not has one second to end. */
const atOnce = '?gracePeriodSeconds=0'
const soon = '?gracePeriodSeconds=1'

/** How long pods may take to go: a kubelet that is down never lets them. */
const podsLimitMs = 5_000

/**
 * Takes away what a probe made: its pods, then the image on every node, which no pod can pull again by then, its manifests
 * and its namespace, whose own end nobody has to wait for.
 * @returns what had to stay, in words
 */
export async function takeAway({ ports }: Pick<ProbeTools, 'ports'>, made: Made): Promise<string[]> {
  const notes: string[] = []
  const { namespace } = made
  if (namespace) await removePods({ ports }, namespace.way, namespace.name, made.ended)
  const [images, stays, named] = await Promise.all([removeImages({ ports }, made.images), unpush({ ports }, made), untag({ ports }, made)])
  notes.push(...images, ...named, ...stays)
  if (namespace) {
    const removed = await removeNamespace({ ports }, namespace.way, namespace.name)
    if (removed !== null) notes.push(removed)
  }
  return notes
}

/** Removes the pods of a namespace and waits until they are gone, for as long as that may take. */
export async function removePods(
  { ports: { kube } }: Pick<ProbeTools, 'ports'>,
  way: ApiAccess,
  namespace: string,
  ended: readonly string[] = [],
): Promise<void> {
  const pods = `/api/v1/namespaces/${namespace}/pods`
  const gone = new AbortController()
  const limit = AbortSignal.timeout(podsLimitMs)
  const left = new Set<string>()
  let isListed = false
  const watched = kube
    .watch(
      way,
      pods,
      ({ type, object }) => {
        const { name = '' } = (object as { metadata?: { name?: string } }).metadata ?? {}
        if (type === 'DELETED') left.delete(name)
        else left.add(name)
        if (isListed && left.size === 0) gone.abort()
      },
      AbortSignal.any([gone.signal, limit]),
    )
    .catch(() => undefined)
  try {
    const listed = await kube.get(way, pods)
    const names = namesIn(listed)
    names.forEach((name) => left.add(name))
    await Promise.all(names.map((name) => kube.remove(way, `${pods}/${name}${ended.includes(name) ? atOnce : soon}`)))
    // Those that have ended are gone with their removal, perhaps before they were watched.
    const after = await kube.get(way, pods)
    const still = new Set(namesIn(after))
    for (const name of left) if (!still.has(name)) left.delete(name)
    isListed = true
    if (left.size === 0) gone.abort()
    await watched
    // A kubelet that comes back begins with what is still there, and would pull again.
    await Promise.all([...left].map((name) => kube.remove(way, `${pods}/${name}${atOnce}`)))
  } catch {
    // The namespace takes its pods with it.
    gone.abort()
  }
}

/** The names of what a list of the API holds. */
const namesIn = ({ body }: KubeAnswer): string[] =>
  ((body as { items?: { metadata: { name: string } }[] } | null)?.items ?? []).map((one) => one.metadata.name)

/** @returns why it stays, null where it goes */
export async function removeNamespace(
  { ports: { kube } }: Pick<ProbeTools, 'ports'>,
  way: ApiAccess,
  name: string,
): Promise<string | null> {
  try {
    const { status } = await kube.remove(way, `/api/v1/namespaces/${name}`)
    // 409: it is ending already.
    return status < 300 || status === 404 || status === 409 ? null : `the namespace ${name} stays: HTTP ${status}`
  } catch (error) {
    return `the namespace ${name} stays until the next probe: ${(error as Error).message}`
  }
}

async function untag({ ports: { docker } }: Pick<ProbeTools, 'ports'>, { tagged }: Made): Promise<string[]> {
  const left = await Promise.all(
    tagged.map((name) =>
      docker.untag(name).then(
        () => null,
        (error: unknown) => `${name} stays in the engine: ${(error as Error).message}`,
      ),
    ),
  )
  return left.filter((one) => one !== null)
}

async function unpush({ ports }: Pick<ProbeTools, 'ports'>, { pushed, stays }: Made): Promise<string[]> {
  const kept = await Promise.all(
    pushed.map(async ({ base, registry, image }) => ({
      registry,
      image,
      isGone: await unpushImage(ports.registry, base, image).catch(() => false),
    })),
  )
  const bytes = new Map<string, number>()
  for (const { registry, bytes: count } of stays) bytes.set(registry, (bytes.get(registry) ?? 0) + count)
  for (const { registry, image, isGone } of kept) if (!isGone) bytes.set(registry.name, (bytes.get(registry.name) ?? 0) + image.bytes)
  return [...bytes].map(
    ([name, count]) =>
      `${name} ${stays.length > 0 ? 'is not reached from here to delete' : 'refuses to delete'}: ${count} bytes of the probe stay in it, and at most ${probeSlots} times as many, however often it is run`,
  )
}
