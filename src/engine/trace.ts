import { parseImageReference } from '../containerd/image-reference.ts'
import { NoClusterError } from '../discover/clusters.ts'
import { discover } from '../discover/discover.ts'
import type { Selection } from '../discover/options.ts'
import { withHostUrl } from '../discover/registry-url.ts'
import { ObservationFailure, type Look, type PodImages } from '../model/observation.ts'
import type { Cluster, Topology } from '../model/topology.ts'
import type { TraceDocument } from '../model/trace.ts'
import { podNamed, type WantedPod } from './find-pod.ts'
import type { RunFacts } from './report.ts'
import { chainsOf } from './trace/chain.ts'
import { traceDocument, traceError, type DrawnWay } from './trace/document.ts'
import { rowsOf } from './trace/rows.ts'
import { verdictsOf } from './trace/verdicts.ts'
import { walk } from './trace/walk.ts'

export interface TraceOptions {
  readonly selection: Selection
  readonly asked: { readonly image: string } | WantedPod
  readonly mode: 'live' | 'bundle'
}

/**
 * Follows an image, or the images of a pod, from the engine to the pods that run it, and says where the way first leads to
 * something else. Pulls nothing and changes nothing.
 * @returns a document also where nothing could be judged (exitCode 3)
 * @throws SelectionError where what was selected does not exist or cannot be used
 */
export async function trace(look: Look, { selection, asked, mode }: TraceOptions): Promise<TraceDocument> {
  const started = performance.now()
  const { now } = await look('clock', {})
  const run = (): RunFacts => ({ startedAt: now, durationMs: Math.round(performance.now() - started), mode })
  try {
    // The URL is that of the image's registry, whichever others there are.
    const { registryUrl, ...others } = selection
    const found = await discover(look, others)
    const target =
      'image' in asked
        ? null
        : await podNamed(
            look,
            found.clusters.map((one) => ({ cluster: one, access: one })),
            asked,
          )
    const topology = target ? { ...found, clusters: [onNodeOf(target.cluster, target.pod)] } : found
    const images = 'image' in asked ? [asked.image] : imagesOf(target!.pod)
    const chains = (await Promise.all(images.map((image) => chainsOf(look, topology, others, image)))).flat()
    const ways = await Promise.all(
      chains.map(async ({ registry, ...chain }): Promise<DrawnWay> => {
        const meant = { ...chain, registry: registry && withHostUrl([registry], registryUrl)[0]! }
        const walked = await walk(look, meant, target?.pod)
        const verdicts = await verdictsOf(look, topology, walked)
        return { chain: meant, rows: await rowsOf(look, walked, verdicts), checks: verdicts.checks }
      }),
    )
    return traceDocument(run(), topology, ways, target ? { pod: podOf(target) } : {})
  } catch (error) {
    if (error instanceof ObservationFailure) return traceError(run(), 3, { code: error.code, message: error.message })
    if (error instanceof NoClusterError) return traceError(run(), 3, { code: 'no-cluster', message: error.message })
    throw error
  }
}

/** A pod that is not scheduled may come to any node. */
const onNodeOf = (cluster: Cluster, { node }: PodImages): Cluster =>
  node === undefined ? cluster : { ...cluster, nodes: cluster.nodes.filter((one) => one.name === node) }

/** Its images; a name that is none is left to `check`, as nobody asks for it. */
const imagesOf = ({ containers }: PodImages): string[] => [
  ...new Set(containers.map((one) => one.image).filter((image) => !('error' in parseImageReference(image)))),
]

const podOf = ({ cluster, pod }: { cluster: Topology['clusters'][number]; pod: PodImages }): NonNullable<TraceDocument['pod']> => ({
  cluster: cluster.name,
  namespace: pod.namespace,
  name: pod.name,
  ...(pod.node !== undefined && { node: pod.node }),
})
