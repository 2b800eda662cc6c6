import type { ProbeStep } from '../effects/probe/tools.ts'
import type { Topology } from '../model/topology.ts'

/** Shows a probe while it runs. */
export interface ProbeView {
  tell(step: ProbeStep): void
  close(): Promise<void>
}

/** A line per node on standard error, where that is a terminal; nothing is drawn otherwise. */
export async function openProbeView({ clusters }: Topology, wanted: boolean): Promise<ProbeView> {
  if (!wanted || !process.stderr.isTTY) return { tell: () => undefined, close: () => Promise.resolve() }
  const { Listr, DefaultRenderer, ListrLogger, ProcessOutput } = await import('listr2')
  // listr2 falls back where standard output is no terminal, although everything goes to standard error.
  class StderrRenderer extends DefaultRenderer {
    static override nonTTY = true
  }
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) })
  const show = new Map<string, (text: string) => void>()
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => (end = resolve))
  const nodes = clusters.flatMap((cluster) =>
    cluster.nodes.filter((one) => one.running).map((node) => ({ cluster: cluster.name, name: node.name })),
  )
  const drawn = new Listr(
    nodes.map(({ cluster, name }) => ({
      title: name,
      task: (_context, task) => {
        show.set(`${cluster}/${name}`, (text) => void (task.title = `${name}: ${text}`))
        return ended
      },
    })),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      renderer: StderrRenderer as never,
      rendererOptions: { logger, clearOutput: true } as never,
    },
  ).run()
  return {
    tell({ cluster, node, text }) {
      for (const [key, write] of show)
        if (key === `${cluster}/${node}` || (node === undefined && key.startsWith(`${cluster}/`))) write(text)
    },
    close: async () => {
      end()
      await drawn.catch(() => undefined)
    },
  }
}
