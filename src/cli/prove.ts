import type { ProbeTools } from '../effects/probe/tools.ts'
import type { CheckOutcome } from '../engine/run-checks.ts'
import type { Topology } from '../model/topology.ts'
import type { Live } from './live.ts'
import { openProbeView } from './probe-view.ts'

interface ProveOptions {
  readonly by: ProbeTools['by']
  readonly kubeconfig?: string
  readonly quiet?: boolean
}

/**
 * What proves a topology by a probe, for a run that does not end before all that the probe makes is taken away again.
 * @param before ends what is drawn until then
 */
export const prover =
  (options: ProveOptions, env: NodeJS.ProcessEnv, live: Live, before: () => Promise<void>) =>
  (topology: Topology): Promise<readonly CheckOutcome[]> => {
    // A run that has ended by now waits for nobody.
    live.signal.throwIfAborted()
    const proving = before().then(() => prove(options, env, live, topology))
    live.hold(proving)
    return proving
  }

async function prove(
  { by, kubeconfig, quiet }: ProveOptions,
  env: NodeJS.ProcessEnv,
  live: Live,
  topology: Topology,
): Promise<readonly CheckOutcome[]> {
  const [{ liveTools }, { probe }] = await Promise.all([import('../effects/probe/live.ts'), import('../effects/probe/probe.ts')])
  const view = await openProbeView(topology, quiet !== true)
  const crashed = new AbortController()
  // Of a fault of ours no more than of Ctrl-C: what was made is taken away before the run ends by it.
  const onCrash = (error: unknown): void => crashed.abort(error)
  process.on('uncaughtException', onCrash)
  try {
    const tools = await liveTools({
      env,
      by,
      ...(kubeconfig !== undefined && { kubeconfig }),
      look: live.afresh().look,
      signal: AbortSignal.any([live.signal, crashed.signal]),
      log: live.log,
      tell: (step) => {
        live.log({ probe: step.text, cluster: step.cluster, ...(step.node !== undefined && { node: step.node }) })
        view.tell(step)
      },
    })
    const outcomes = await probe(tools, topology)
    crashed.signal.throwIfAborted()
    return outcomes
  } finally {
    process.off('uncaughtException', onCrash)
    await view.close()
  }
}
