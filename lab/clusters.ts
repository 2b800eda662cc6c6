/** What is the same for clusters of all providers: up, down, and the way from a broken or half made one to a healthy one. */
import { type ClusterNote, type ClusterShape, readNote, removeNote, shapeDifference, writeNote } from './cluster-note.ts'
import { docker, type NodeContainer, type Provider } from './docker.ts'
import { raiseInotifyLimit } from './engine.ts'
import { isChanged, waitReady } from './nodes.ts'
import { progress, step } from './steps.ts'
import { UsageError } from './versions.ts'

const restartTimeout = 90_000
const readyTimeout = 180_000

/** How a provider looks for its clusters, and how it removes one in whatever state. */
export interface ClusterProvider {
  readonly name: Provider
  nodes(cluster?: string): Promise<readonly NodeContainer[]>
  remove(cluster: string, kubeconfig: string | undefined, log: string): Promise<void>
}

/** A cluster that is wanted, and how its provider makes it. */
export interface WantedCluster {
  readonly provider: ClusterProvider
  readonly name: string
  readonly shape: ClusterShape
  /** How many node containers it has. */
  readonly size: number
  readonly kubeconfig?: string | undefined
  /** Gives the node image; everything else that `create` needs is there then, too. */
  image(): Promise<string>
  create(image: string, log: string): Promise<unknown>
  /** Why a cluster whose nodes run cannot be used. */
  whyUnfit?(nodes: readonly NodeContainer[], note: ClusterNote): Promise<string | undefined>
  /** Puts back what could keep its nodes from becoming Ready. */
  repair?(nodes: readonly NodeContainer[], note: ClusterNote, log: string): Promise<void>
  /** Connects it with its registry. Looks first, so that doing it again costs little. */
  connect?(nodes: readonly NodeContainer[], note: ClusterNote, log: string): Promise<unknown>
  /** What is to be noted of a cluster that is Ready for the first time. */
  learn?(nodes: readonly NodeContainer[]): Promise<Partial<ClusterNote>>
  exportKubeconfig(file: string | undefined, log: string): Promise<unknown>
}

/** Refuses clusters that others made. A note alone proves nothing: the name may have been used again since. */
async function refuseForeign(provider: ClusterProvider, name: string, advice: string): Promise<readonly NodeContainer[]> {
  const [nodes, note] = await Promise.all([provider.nodes(name), readNote(name)])
  const ours = nodes.every((n) => n.image === note?.image || n.image.startsWith('registry-doctor-lab/'))
  if (!ours) throw new UsageError(`cluster '${name}' was not made by the lab; ${advice}`)
  return nodes
}

/** Brings a cluster up. Call it with the lock held and an engine that runs. */
export async function bringUp(wanted: WantedCluster): Promise<void> {
  const { name, provider } = wanted
  const nodes = await refuseForeign(provider, name, 'choose another name')
  const note = await readNote(name)
  if (note && note.provider !== provider.name) {
    throw new UsageError(`the lab has a cluster '${name}' of ${note.provider}; choose another name`)
  }
  const reason = await whyCreate(wanted, nodes, note)
  if (reason !== undefined) {
    if (nodes.length > 0) progress(`cluster ${name}`, `made anew: ${reason}`)
    if (nodes.length > 0 || note) await removeCluster(provider, name, note?.kubeconfig)
    await createCluster(wanted)
  }
  await finish(wanted)
}

/** Restarts what is stopped; says why an existing cluster cannot be used, undefined if it is healthy. */
async function whyCreate(
  wanted: WantedCluster,
  nodes: readonly NodeContainer[],
  note: ClusterNote | undefined,
): Promise<string | undefined> {
  if (nodes.length === 0) return 'it does not exist'
  if (!note?.complete) return 'an earlier run did not finish it'
  const difference = shapeDifference(note, wanted.shape)
  if (difference !== undefined) return difference
  if (nodes.length !== wanted.size) return `${nodes.length} of ${wanted.size} nodes exist`
  return step(`cluster ${wanted.name} health`, async ({ log, done }) => {
    const stopped = nodes.filter((n) => n.state !== 'running')
    for (const node of stopped) await docker([node.state === 'paused' ? 'unpause' : 'start', node.name], { log })
    if (await isChanged(nodes)) return 'a test has left a node changed'
    const unfit = await wanted.whyUnfit?.(nodes, note)
    if (unfit !== undefined) return unfit
    await wanted.repair?.(nodes, note, log)
    if (!(await waitReady(nodes, restartTimeout, log))) return 'its nodes do not become Ready'
    if (stopped.length === 0) done('running')
    return undefined
  })
}

async function createCluster(wanted: WantedCluster): Promise<void> {
  const { name, shape, kubeconfig } = wanted
  const image = await wanted.image()
  await raiseInotifyLimit()
  await writeNote(name, { ...shape, image, kubeconfig, complete: false })
  await step(`cluster ${name} create`, ({ log }) => wanted.create(image, log))
}

/** Everything after the cluster itself; each part looks first, so that doing it again costs little. */
async function finish(wanted: WantedCluster): Promise<void> {
  const { name, provider, connect } = wanted
  const nodes = await provider.nodes(name)
  const note = await readNote(name)
  if (note === undefined) throw new Error(`no note of cluster '${name}'`)
  if (connect) await step(`cluster ${name} registry`, ({ log }) => connect(nodes, note, log))
  if (note.complete) {
    // the entry may have been lost with another kubeconfig, or be wanted in another file
    await step(`cluster ${name} kubeconfig`, ({ log }) => wanted.exportKubeconfig(wanted.kubeconfig ?? note.kubeconfig, log))
    return
  }
  await step(`cluster ${name} ready`, async ({ log }) => {
    if (!(await waitReady(nodes, readyTimeout, log))) throw new Error('its nodes do not become Ready')
  })
  await writeNote(name, { ...note, ...(await wanted.learn?.(nodes)), complete: true } as ClusterNote)
}

async function removeCluster(provider: ClusterProvider, name: string, kubeconfig: string | undefined): Promise<void> {
  await step(`cluster ${name} delete`, ({ log }) => provider.remove(name, kubeconfig, log))
  await removeNote(name)
}

/** Removes a cluster of the lab, whatever state it is in. Call it with the lock held and an engine that runs. */
export async function takeDown(provider: ClusterProvider, name: string, kubeconfig: string | undefined): Promise<void> {
  await refuseForeign(provider, name, `remove it with ${provider.name}`)
  const note = await readNote(name)
  await removeCluster(provider, name, kubeconfig ?? note?.kubeconfig)
}
