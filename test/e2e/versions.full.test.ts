import { faults } from '../../lab/faults.ts'
import { containerdVersions } from '../../lab/index.ts'
import { kindSuite } from './kind-suite.ts'

// Every fault on every other containerd of the lab, and on the newest one those that the core set leaves out.
for (const { version } of containerdVersions) if (version !== '2.1.4') kindSuite(version, faults)
