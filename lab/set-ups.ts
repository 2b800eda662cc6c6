/** Set-ups that are unusual and work: whoever has one must be told that all is well. Made on a healthy lab cluster, taken back. */
import type { SetUp } from './set-up.ts'
import { configTomlSetUps } from './set-ups/config-toml.ts'
import { hostsTomlSetUps } from './set-ups/hosts-toml.ts'
import { registrySetUps } from './set-ups/registry.ts'
import { workloadSetUps } from './set-ups/workloads.ts'

export const setUps: readonly SetUp[] = [...hostsTomlSetUps, ...configTomlSetUps, ...registrySetUps, ...workloadSetUps]
