import { kubeGetBy, type Way } from './kube.ts'
import type { ReadPorts } from './observe.ts'

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
