import type { ProbeStep } from '../effects/probe/tools.ts'
import type { Topology } from '../model/topology.ts'
import { openTaskList } from './task-list.ts'

/** Shows a probe while it runs. */
export interface ProbeView {
  tell(step: ProbeStep): void
  close(): Promise<void>
}

/** A line per node on standard error, where that is a terminal; nothing is drawn otherwise. */
export async function openProbeView({ clusters }: Topology, wanted: boolean): Promise<ProbeView> {
  const draw = await openTaskList(wanted)
  if (draw === null) return { tell: () => undefined, close: () => Promise.resolve() }
  const show = new Map<string, (text: string) => void>()
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => (end = resolve))
  const nodes = clusters.flatMap((cluster) =>
    cluster.nodes.filter((one) => one.running).map((node) => ({ cluster: cluster.name, name: node.name })),
  )
  const drawn = draw(
    nodes.map(({ cluster, name }) => ({
      title: name,
      task: (_context, task) => {
        show.set(`${cluster}/${name}`, (text) => void (task.title = `${name}: ${text}`))
        return ended
      },
    })),
  )
  return {
    tell({ cluster, node, text }) {
      for (const [key, write] of show)
        if (key === `${cluster}/${node}` || (node === undefined && key.startsWith(`${cluster}/`))) write(text)
    },
    close: async () => {
      end()
      await drawn
    },
  }
}
