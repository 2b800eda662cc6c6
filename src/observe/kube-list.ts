import type { Json } from '../model/json.ts'
import { kubernetesGet } from './commands.ts'
import { readKubectl } from './kube.ts'
import { runInNode } from './node-process.ts'
import type { ReadPorts } from './observe.ts'

export type Way = { readonly context: string } | { readonly node: string }

/** A GET of the API, by a kubeconfig context or by a control-plane node's own credentials. */
export async function kubeGetBy({ docker, kube }: ReadPorts, way: Way, path: string): Promise<{ status: number; body: Json }> {
  return 'context' in way ? kube.get(way.context, path) : readKubectl(await runInNode(docker, way.node, kubernetesGet(path)), way.node)
}

/** What a process in a node writes is limited, so pages are small there. */
const pageSize = (way: Way): number => ('context' in way ? 500 : 50)
const mostPages = 20

/**
 * The items of a list, page by page, each reduced as it comes: no page is kept.
 * @param path of the list, with its query where it has one
 * @param keep what is wanted of an item; it says what it takes an item for
 */
export async function kubeList<Kept>(
  ports: ReadPorts,
  way: Way,
  path: string,
  keep: (item: never) => readonly Kept[],
): Promise<{ status: number; items: Kept[] }> {
  const items: Kept[] = []
  let next = ''
  for (let page = 0; page < mostPages; page++) {
    const { status, body } = await kubeGetBy(ports, way, `${path}${path.includes('?') ? '&' : '?'}limit=${pageSize(way)}${next}`)
    if (status !== 200) return { status, items: [] }
    const list = body as { readonly items?: readonly never[]; readonly metadata?: { readonly continue?: string } }
    items.push(...(list.items ?? []).flatMap(keep))
    if (!list.metadata?.continue) break
    next = `&continue=${encodeURIComponent(list.metadata.continue)}`
  }
  return { status: 200, items }
}
