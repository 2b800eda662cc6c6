import type { AnyCheck } from './define-check.ts'
import hostingConfigmap from './cluster/hosting-configmap.ts'
import podImages from './cluster/pod-images.ts'
import workloadImages from './cluster/workload-images.ts'
import registryAnswersEngine from './engine/registry-answers-engine.ts'
import registryRunning from './engine/registry-running.ts'
import registryAnswersHost from './host/registry-answers-host.ts'
import registryAnswersNodes from './network/registry-answers-nodes.ts'
import registryOnClusterNetwork from './network/registry-on-cluster-network.ts'
import criAvailable from './node/cri-available.ts'
import nodeRunning from './node/node-running.ts'
import registriesYaml from './node/registries-yaml.ts'
import registryConfig from './node/registry-config.ts'

/** Every check, in the order in which they are shown: the way of an image. */
export const checks: readonly AnyCheck[] = [
  nodeRunning,
  registryRunning,
  registryAnswersHost,
  registryAnswersEngine,
  registryOnClusterNetwork,
  registryAnswersNodes,
  criAvailable,
  registryConfig,
  registriesYaml,
  podImages,
  workloadImages,
  hostingConfigmap,
]
