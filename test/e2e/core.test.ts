import { faults } from '../../lab/faults.ts'
import { setUps } from '../../lab/set-ups.ts'
import { coreSet } from './core-set.ts'
import { kindSuite } from './kind-suite.ts'

// Every layer on the containerd that most node images ship, and what differs on the newest one.
kindSuite('2.1.4', coreSet)
kindSuite('2.3.4', {
  faults: faults.filter((one) => ['config-path-missing', 'registry-stopped', 'hosts-toml-missing'].includes(one.name)),
  setUps: setUps.filter((one) => one.name === 'legacy mirrors and no config_path'),
})
