import { k3dFaults } from '../../lab/faults/k3d.ts'
import { k3dSetUps } from '../../lab/set-ups/k3d.ts'
import { k3dSuite } from './k3d-suite.ts'

const masking = ['k3d-image-missing-behind-configs', 'k3d-flag-on-servers-only', 'k3d-flag-beside-configs']

k3dSuite('2.1.5-k3s1')
// What containerd 1.x tells of a missing image.
k3dSuite('1.7.23-k3s2', {
  faults: k3dFaults.filter((one) => masking.includes(one.name)),
  setUps: k3dSetUps.filter((one) => one.name.startsWith('mirrors and configs')),
})
