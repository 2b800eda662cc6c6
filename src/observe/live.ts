import type { Observers } from '../model/observation.ts'
import { createObservers } from './index.ts'

/** Observers of the real world. Ports are loaded here and not before: they are what costs time at start. */
export async function openLiveObservers(env: NodeJS.ProcessEnv, cancel: AbortSignal, kubeconfig: string | undefined): Promise<Observers> {
  const [{ createDockerPort }, { createHttpPort }, { createKubePort }] = await Promise.all([
    import('../ports/docker-adapter.ts'),
    import('../ports/http-adapter.ts'),
    import('../ports/kube-adapter.ts'),
  ])
  return createObservers({
    docker: createDockerPort(env, cancel),
    http: createHttpPort(cancel),
    kube: createKubePort(env, cancel, kubeconfig),
  })
}
