import { faults } from '../../lab/faults.ts'
import { kindSuite } from './kind-suite.ts'

// Every layer on the containerd that most node images ship, and what differs on the newest one.
kindSuite('2.1.4')
kindSuite(
  '2.3.4',
  faults.filter((one) => ['config-path-missing', 'registry-stopped', 'hosts-toml-missing'].includes(one.name)),
)
