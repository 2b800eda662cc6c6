import { k3dCoreSet, k3dMaskingSet } from './k3d-core-set.ts'
import { k3dSuite } from './k3d-suite.ts'

k3dSuite('2.1.5-k3s1', k3dCoreSet)
// What containerd 1.x tells of an image that is missing.
k3dSuite('1.7.23-k3s2', k3dMaskingSet)
