import type { ObservationKind, Observers } from '../model/observation.ts'
import { builderHistory, builderManifest } from './builder-history.ts'
import { dockerContainer, dockerContainers, dockerDistribution, dockerEngine, dockerLogLine } from './docker.ts'
import { dockerImage, dockerImages } from './docker-images.ts'
import { http } from './http.ts'
import { kubeContexts, kubeGet } from './kube.ts'
import { nodeFiles } from './node-files.ts'
import { nodeRuntime, nodeTrace } from './node-process.ts'
import { nodeContainerdLog, nodeDisk, nodeImages } from './node-store.ts'
import type { Observe, ReadPorts } from './observe.ts'
import { kubeNames, kubePodsNamed } from './pods.ts'
import { clock, nonce } from './run.ts'
import { kubePodsOfRepository } from './running-pods.ts'
import { kubePullEvents, kubeWaitingPods } from './waiting-pods.ts'
import { kubeWorkloads } from './workloads.ts'

export type { ReadPorts } from './observe.ts'

/** Every kind of observation and how it is had: a kind that is missing here does not compile. */
const observations: { readonly [K in ObservationKind]: Observe<K> } = {
  clock,
  nonce,
  'docker.engine': dockerEngine,
  'docker.containers': dockerContainers,
  'docker.container': dockerContainer,
  'docker.distribution': dockerDistribution,
  'docker.images': dockerImages,
  'docker.image': dockerImage,
  'docker.logLine': dockerLogLine,
  http,
  'node.files': nodeFiles,
  'node.runtime': nodeRuntime,
  'node.trace': nodeTrace,
  'node.images': nodeImages,
  'node.containerdLog': nodeContainerdLog,
  'node.disk': nodeDisk,
  'builder.history': builderHistory,
  'builder.manifest': builderManifest,
  'kube.contexts': kubeContexts,
  'kube.get': kubeGet,
  'kube.waitingPods': kubeWaitingPods,
  'kube.podsOfRepository': kubePodsOfRepository,
  'kube.pullEvents': kubePullEvents,
  'kube.podsNamed': kubePodsNamed,
  'kube.names': kubeNames,
  'kube.workloads': kubeWorkloads,
}

/** The observations over these ports, as a session wants them. */
export function createObservers(ports: ReadPorts): Observers {
  return Object.fromEntries(
    Object.entries(observations).map(([kind, observe]) => [
      kind,
      (query: never) => (observe as unknown as Observe<ObservationKind>)(ports, query),
    ]),
  ) as unknown as Observers
}
