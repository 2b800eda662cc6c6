/** Faults that the e2e tests and the recorder of incidents make on a healthy lab cluster, one at a time, and take back. */
import type { Fault } from './fault.ts'
import { answerFaults } from './faults/answers.ts'
import { certificateFaults } from './faults/certificates.ts'
import { configTomlFaults } from './faults/config-toml.ts'
import { hostsTomlFaults } from './faults/hosts-toml.ts'
import { imageFaults } from './faults/images.ts'
import { nodeFaults } from './faults/nodes.ts'
import { registryFaults } from './faults/registry.ts'
import { workloadFaults } from './faults/workloads.ts'

export const faults: readonly Fault[] = [
  ...registryFaults,
  ...nodeFaults,
  ...configTomlFaults,
  ...hostsTomlFaults,
  ...certificateFaults,
  ...imageFaults,
  ...answerFaults,
  ...workloadFaults,
]
