import { k3dFaults } from '../../lab/faults/k3d.ts'
import { k3dSetUps } from '../../lab/set-ups/k3d.ts'
import type { Wanted } from './cluster-suite.ts'

/** What containerd 1.x tells otherwise than it is. */
const masking = ['k3d-image-missing-behind-configs', 'k3d-flag-on-servers-only', 'k3d-flag-beside-configs']

/** What is like something else that is made whenever a change is judged. */
export const leftOutOfK3dCoreSet: readonly string[] = [
  'k3d-mirror-with-scheme',
  'a mirror for localhost too',
  'k3d-registries-yaml-named-yml',
  'k3d-endpoints-misspelt',
  'k3d-registry-detached',
  'k3d-flag-on-servers-only',
  'k3d-flag-beside-configs',
  'mirrors and --disable-default-registry-endpoint on servers only',
  'mirrors and configs with insecureSkipVerify, which k3s ignores',
  'mirrors and configs, with the flag that has no effect then',
  'a mirror for everything',
]

const chosen = (isMeant: (name: string) => boolean): Wanted => ({
  faults: k3dFaults.filter((one) => isMeant(one.name)),
  setUps: k3dSetUps.filter((one) => isMeant(one.name)),
})

export const k3dCoreSet = chosen((name) => !leftOutOfK3dCoreSet.includes(name))
export const k3dBesideCoreSet = chosen((name) => leftOutOfK3dCoreSet.includes(name))
export const k3dMaskingSet = chosen((name) => masking.includes(name) || name === 'mirrors and configs with insecure_skip_verify')
export const k3dBesideMaskingSet = chosen((name) => !masking.includes(name) && name !== 'mirrors and configs with insecure_skip_verify')
