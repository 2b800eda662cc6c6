import type { Json } from '../../model/json.ts'
import type { ApiAccess } from '../../model/topology.ts'
import { KubeError } from '../../ports/kube.ts'
import type { KubeAnswer } from '../../ports/write/kube.ts'
import { StepRefused, type Op, type RepairWorld, type StepOf } from './op.ts'

interface ConfigMap {
  readonly metadata?: { readonly [key: string]: Json }
  readonly data?: { readonly [key: string]: string }
}

/** The object that was there; null where there was none. */
type ObjectBefore = { readonly object: Json }

/** Writes keys of a ConfigMap; others stay. */
export const configMapPut: Op<StepOf<'configmap.put'>, ObjectBefore> = {
  capture: async (world, step) => ({ object: await configMapOf(world, step) }),
  async present(world, step, { object }) {
    const now = await configMapOf(world, step)
    const data = dataOf(now)
    const left = { ...dataOf(object), ...step.data }
    if (now !== null && equal(left, data)) return { is: 'after' }
    if (equal(dataOf(object), data) && (object === null) === (now === null)) return { is: 'before' }
    return { is: 'other', what: `ConfigMap ${step.name} says other things than were left there` }
  },
  async apply(world, step) {
    const now = await configMapOf(world, step)
    if (now === null)
      await accepted(write(world, step.cluster, (kube, way) => kube.create(way, listPath(step), configMap(step, step.data))))
    else await put(world, step, { ...(now as object), data: { ...dataOf(now), ...step.data } })
  },
  async invert(world, step, { object }) {
    if (object === null) await accepted(write(world, step.cluster, (kube, way) => kube.remove(way, `${listPath(step)}/${step.name}`)))
    else if ((await configMapOf(world, step)) === null)
      await accepted(write(world, step.cluster, (kube, way) => kube.create(way, listPath(step), configMap(step, dataOf(object)))))
    else await put(world, step, { ...(object as object), metadata: metadataOf(step, object) })
    return null
  },
}

const listPath = ({ namespace }: StepOf<'configmap.put'>): string => `/api/v1/namespaces/${namespace}/configmaps`

const configMap = ({ namespace, name }: StepOf<'configmap.put'>, data: { readonly [key: string]: string }): Json => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
})

/** Without what the API server gives. */
function metadataOf({ name, namespace }: StepOf<'configmap.put'>, object: Json): Json {
  const { labels, annotations } = (object as ConfigMap).metadata ?? {}
  return { name, namespace, ...(labels !== undefined && { labels }), ...(annotations !== undefined && { annotations }) }
}

const dataOf = (object: Json): { readonly [key: string]: string } => (object as ConfigMap | null)?.data ?? {}

const equal = (a: { readonly [key: string]: string }, b: { readonly [key: string]: string }): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([key, value]) => b[key] === value)

const put = (world: RepairWorld, step: StepOf<'configmap.put'>, object: object): Promise<KubeAnswer> =>
  accepted(write(world, step.cluster, (kube, way) => kube.replace(way, `${listPath(step)}/${step.name}`, object as Json)))

async function configMapOf(world: RepairWorld, step: StepOf<'configmap.put'>): Promise<Json> {
  const answer = await write(world, step.cluster, (kube, way) => kube.get(way, `${listPath(step)}/${step.name}`))
  if (answer.status === 404) return null
  return (await accepted(Promise.resolve(answer))).body
}

/** Deletes a pod that its owner makes anew. */
export const podDelete: Op<StepOf<'pod.delete'>, { readonly uid: string }> = {
  async capture(world, { cluster, namespace, pod }) {
    const answer = await write(world, cluster, (kube, way) => kube.get(way, podPath(namespace, pod)))
    if (answer.status === 404) throw new StepRefused(`pod ${namespace}/${pod} is gone`)
    const { metadata } = (await accepted(Promise.resolve(answer))).body as {
      metadata: { uid: string; ownerReferences?: { controller?: boolean }[] }
    }
    if (!(metadata.ownerReferences ?? []).some((one) => one.controller === true))
      throw new StepRefused(`nothing would make pod ${namespace}/${pod} anew`)
    return { uid: metadata.uid }
  },
  async present(world, { cluster, namespace, pod }, { uid }) {
    const { status, body } = await write(world, cluster, (kube, way) => kube.get(way, podPath(namespace, pod)))
    const { metadata } = (body ?? {}) as { metadata?: { uid?: string; deletionTimestamp?: string } }
    return { is: status === 404 || metadata?.uid !== uid || metadata.deletionTimestamp !== undefined ? 'after' : 'before' }
  },
  async apply(world, { cluster, namespace, pod }) {
    const { status, body } = await write(world, cluster, (kube, way) => kube.remove(way, podPath(namespace, pod)))
    if (status >= 300 && status !== 404) throw refused(status, body)
  },
  // Its owner has made another one.
  invert: () => Promise.resolve(null),
}

const podPath = (namespace: string, pod: string): string => `/api/v1/namespaces/${namespace}/pods/${pod}`

async function accepted(answer: Promise<KubeAnswer>): Promise<KubeAnswer> {
  const { status, body } = await answer
  if (status >= 300) throw refused(status, body)
  return { status, body }
}

const refused = (status: number, body: Json): StepRefused =>
  new StepRefused(`the cluster refuses: ${(body as { message?: string } | null)?.message ?? `HTTP ${status}`}`)

/** By the first way that leads to the API of a cluster: each of them is proven to. */
async function write(
  { ports: { kube }, topology }: RepairWorld,
  name: string,
  call: (kube: RepairWorld['ports']['kube'], way: ApiAccess) => Promise<KubeAnswer>,
): Promise<KubeAnswer> {
  const cluster = topology.clusters.find((one) => one.name === name)
  let failure: unknown = new KubeError('kube-unreachable', cluster?.contextProblem ?? `no control-plane node of ${name} is running`)
  for (const way of cluster?.api ?? []) {
    try {
      return await call(kube, way)
    } catch (error) {
      failure = error
    }
  }
  throw failure
}
