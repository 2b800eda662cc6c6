import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { expect, vi } from 'vitest'
import { docker, dockerOutput, k3dNodes, kindNodes } from '../../lab/docker.ts'
import { kubectl, onNodes } from '../../lab/fault.ts'
import { placeOf } from '../../lab/place.ts'

/** What a node holds, sorted. */
interface Held {
  /** By the runtime's own names, tags and digests. */
  readonly images: readonly string[]
  /** Digests of what was fetched. */
  readonly content: readonly string[]
  /** Keys of what was unpacked. */
  readonly layers: readonly string[]
  /** Of probes: sandboxes and containers. */
  readonly probes: readonly string[]
}

/** What a probe could leave behind, or take with it that is another's. */
interface Inventory {
  readonly namespaces: readonly string[]
  readonly nodes: { readonly [name: string]: Held }
  /** The repositories of the registry, but for the one of probes. */
  readonly catalog: readonly string[]
  /** Of the engine. */
  readonly containers: readonly string[]
  /** What the engine has of probes: it can be what pushes them. */
  readonly engineImages: readonly string[]
}

/** Names of the nodes of a cluster. */
export async function nodeNames(cluster: string): Promise<string[]> {
  const { provider } = await placeOf(cluster)
  return (await (provider === 'k3d' ? k3dNodes : kindNodes)(cluster)).map((one) => one.name)
}

export async function takeInventory(cluster: string): Promise<Inventory> {
  const [names, catalog, containers, engineImages, namespaces] = await Promise.all([
    nodeNames(cluster),
    catalogOf(cluster),
    dockerOutput(['ps', '-a', '--format', '{{.Names}}']),
    dockerOutput(['images', '--format', '{{.Repository}}', '--filter', 'reference=*/registry-doctor/probe']),
    kubectl(cluster, 'get', 'namespaces', '-o=name'),
  ])
  const nodes = await Promise.all(names.map(async (node) => [node, await heldBy(node)] as const))
  return {
    namespaces: lines(namespaces),
    nodes: Object.fromEntries(nodes),
    catalog,
    containers: lines(containers),
    engineImages: lines(engineImages),
  }
}

const before = new Map<string, Inventory>()

/** Notes what a cluster holds, before the first probe. */
export async function noteBefore(cluster: string): Promise<void> {
  await expectNoProbe(cluster)
  // A test that was ended may have left some; names of one image go together.
  const forget = 'xargs -r -n1 ctr -n k8s.io images rm'
  await onNodes(
    await nodeNames(cluster),
    `ctr -n k8s.io images ls -q | grep registry-doctor/probe@ | { xargs -r crictl rmi || true; }; ctr -n k8s.io images ls -q | grep registry-doctor/probe@ | ${forget}`,
  )
  before.set(cluster, await takeInventory(cluster))
}

/** What a cluster held before the first probe. */
export const heldBefore = (cluster: string): Inventory => before.get(cluster)!

/**
 * What a cluster holds once that is what it held before the first probe, or when that takes too long. A namespace takes
 * seconds to go, and the kubelet looks for what is left of pods once a minute.
 */
export async function heldInTheEnd(cluster: string): Promise<Inventory> {
  for (const end = Date.now() + 150_000; ; await sleep(1_000)) {
    const held = await takeInventory(cluster)
    if (isDeepStrictEqual(held, heldBefore(cluster)) || Date.now() > end) return held
  }
}

/** The images of all nodes are those that were there: what is another's was never gone, and a probe's goes with it. */
export async function expectSameImages(cluster: string): Promise<void> {
  const imagesIn = ({ nodes }: Inventory): object => Object.fromEntries(Object.entries(nodes).map(([name, { images }]) => [name, images]))
  expect(imagesIn(await takeInventory(cluster))).toEqual(imagesIn(heldBefore(cluster)))
}

/** No node has a name of an image of probes, not even one that only containerd knows. */
export async function expectNoImageOfProbes(cluster: string): Promise<void> {
  const held = await Promise.all((await nodeNames(cluster)).map(heldBy))
  expect(held.flatMap((one) => one.images).filter((one) => one.includes('/registry-doctor/probe@'))).toEqual([])
}

/** Waits until nothing of an earlier probe is left, not even what the kubelet sweeps away. */
async function expectNoProbe(cluster: string): Promise<void> {
  const named = (): Promise<string> => kubectl(cluster, 'get', 'namespaces', '-l', 'app.kubernetes.io/component=probe', '-o=name')
  const held = async (): Promise<string[]> => (await Promise.all((await nodeNames(cluster)).map(heldBy))).flatMap((one) => one.probes)
  await vi.waitFor(async () => expect([await named(), ...(await held())]).toEqual(['']), { interval: 500, timeout: 150_000 })
}

export const podsOfProbes = async (cluster: string): Promise<string[]> =>
  lines(await kubectl(cluster, 'get', 'pods', '-A', '-l', 'app.kubernetes.io/component=probe', '-o=name'))

/** Waits until no pod of a probe is there. */
export async function expectNoPods(cluster: string): Promise<void> {
  await vi.waitFor(async () => expect(await podsOfProbes(cluster)).toEqual([]), { interval: 500, timeout: 60_000 })
}

/** Prints each thing behind the name of its list. */
const list = `
ctr -n k8s.io images ls -q | sed 's/^/images /'
ctr -n k8s.io content ls -q | sed 's/^/content /'
ctr -n k8s.io snapshots ls | sed -n 's/^\\([^ ]*\\) .* Committed *$/layers \\1/p'
{ crictl pods; crictl ps -a; } | sed -n 's/.* \\(registry-doctor-probe-[0-9]*\\).*/probes \\1/p'
`

async function heldBy(node: string): Promise<Held> {
  const all = lines(await dockerOutput(['exec', node, 'sh', '-ec', list]))
  const named = (name: keyof Held): string[] => all.flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : []))
  return { images: named('images'), content: named('content'), layers: named('layers'), probes: named('probes') }
}

async function catalogOf(cluster: string): Promise<string[]> {
  const { registry } = await placeOf(cluster)
  const { stdout } = await docker(['exec', registry.container, 'wget', '-q', '-O', '-', 'http://127.0.0.1:5000/v2/_catalog'])
  const { repositories } = JSON.parse(stdout) as { repositories: string[] }
  return repositories.filter((one) => one !== 'registry-doctor/probe').toSorted()
}

const lines = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .toSorted()
