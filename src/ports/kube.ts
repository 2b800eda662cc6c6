import type { Json } from '../model/json.ts'
import type { KubeContext } from '../model/observation.ts'

/** What the passive phases may do with a Kubernetes API. Credentials never leave the port. */
export interface KubeReadPort {
  contexts(): Promise<{ contexts: KubeContext[] }>
  /** A GET of a path such as `/api/v1/nodes`, with the credentials of a context. Any HTTP status is an answer. */
  get(context: string, path: string): Promise<{ status: number; body: Json }>
}

export class KubeError extends Error {
  override readonly name = 'KubeError'
  readonly code: 'kube-unreachable' | 'kubeconfig-unreadable' | 'timeout'
  constructor(code: KubeError['code'], message: string) {
    super(message)
    this.code = code
  }
}
