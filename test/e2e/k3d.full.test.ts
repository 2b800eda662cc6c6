import { k3dBesideCoreSet, k3dBesideMaskingSet } from './k3d-core-set.ts'
import { k3dSuite } from './k3d-suite.ts'

k3dSuite('2.1.5-k3s1', k3dBesideCoreSet)
k3dSuite('1.7.23-k3s2', k3dBesideMaskingSet)
k3dSuite('2.0.2-k3s2')
