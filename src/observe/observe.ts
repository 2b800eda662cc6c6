import { ObservationFailure, type Answer, type ObservationKind, type Query } from '../model/observation.ts'
import type { DockerReadPort } from '../ports/docker.ts'
import type { HttpReadPort } from '../ports/http.ts'
import type { KubeReadPort } from '../ports/kube.ts'

/** The world as observations ask it: read only. */
export interface ReadPorts {
  readonly docker: DockerReadPort
  readonly http: HttpReadPort
  readonly kube: KubeReadPort
}

export type Observe<K extends ObservationKind> = (ports: ReadPorts, query: Query<K>) => Promise<Answer<K>>

/** Names the kind of an observation and turns what its ports throw into an ObservationFailure. */
export function defineObservation<K extends ObservationKind>(kind: K, observe: Observe<K>): Observe<K> {
  return async (ports, query) => {
    try {
      return await observe(ports, query)
    } catch (error) {
      if (error instanceof ObservationFailure) throw error
      const { code, message } = error as { code?: unknown; message?: unknown }
      throw new ObservationFailure(kind, typeof code === 'string' ? code : 'unforeseen', String(message ?? error))
    }
  }
}
