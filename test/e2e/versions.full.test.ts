import { containerdVersions } from '../../lab/index.ts'
import { besideCoreSet } from './core-set.ts'
import { kindSuite } from './kind-suite.ts'

// Everything on every containerd of the lab; what the core set has made is not made again.
for (const { version } of containerdVersions) kindSuite(version, version === '2.1.4' ? besideCoreSet : {})
