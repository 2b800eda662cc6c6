import type { Look } from '../../model/observation.ts'
import { isAlive, thisProcess } from '../owner.ts'
import { openWritePorts, toldPorts } from '../ports.ts'
import type { ProbeTools } from './tools.ts'

/** What is needed of a run to probe the real world. */
export interface LiveProbe extends Pick<ProbeTools, 'by' | 'signal' | 'tell'> {
  readonly env: NodeJS.ProcessEnv
  readonly kubeconfig?: string
  /** Of a session that has not looked at anything yet. */
  readonly look: Look
  /** Told of everything that is done. */
  readonly log: (entry: { readonly [key: string]: unknown }) => void
}

/** Tools that change the real world; this process is their owner. */
export async function liveTools({ env, kubeconfig, log, ...rest }: LiveProbe): Promise<ProbeTools> {
  const ports = toldPorts(await openWritePorts(env, kubeconfig), log)
  return { ...rest, ports, owner: thisProcess(), isAlive }
}
