import check from '../../../src/checks/node/cri-available.ts'
import { kind, mirrorsAndConfigPath, unknownService } from '../../sessions/kind.ts'
import { all, blocked, blocksOnly, carries, checkTable, finds, pass, says } from '../check-table.ts'

checkTable(check, {
  'it answers': { session: kind(), expect: pass },
  'a node without crictl': { session: kind({ everyNode: { cri: null } }), expect: pass },

  'containerd does not run on a node': {
    session: kind({ nodes: { worker: { args: [] } } }),
    expect: all(finds('cri-not-available', 'node/dev/dev-worker'), says(/containerd is not running/), carries({ refused: false })),
  },
  'its CRI refused the configuration': {
    session: kind({ nodes: { worker2: { cri: { exitCode: 1, stderr: unknownService } } } }),
    expect: all(
      finds('cri-not-available', 'node/dev/dev-worker2'),
      says(/its CRI plugin is not loaded/, /unknown service/),
      carries({ refused: true }),
    ),
  },
  'it refused legacy mirrors beside config_path': {
    session: kind({ nodes: { worker: mirrorsAndConfigPath } }),
    expect: all(
      finds('mirrors-and-config-path', 'node/dev/dev-worker'),
      says(
        /does not load its CRI plugin: `mirrors` cannot be set when `config_path` is provided/,
        /mirrors of localhost:5001; config_path .*\/etc\/containerd\/certs.d/,
      ),
    ),
  },
  'mirrors beside config_path in a file with which containerd was not started': {
    session: kind({ nodes: { worker: { ...mirrorsAndConfigPath, cri: { exitCode: 0, stderr: '' } } } }),
    expect: pass,
  },
  'its CRI does not answer': {
    session: kind({ everyNode: { cri: { exitCode: 1, stderr: 'connection refused' } } }),
    expect: all(
      finds('cri-not-available', 'node/dev/dev-control-plane', 'node/dev/dev-worker', 'node/dev/dev-worker2'),
      says(/its CRI does not answer/),
    ),
  },

  'a node that boots': {
    session: kind({ everyNode: { cri: { exitCode: 1, stderr: 'connection refused' }, ageSeconds: 3 } }),
    expect: blocked(/started 3 s ago and is not ready yet/),
  },
  'a machine too busy for crictl': { session: kind({ everyNode: { cri: { exitCode: 124, stderr: '' } } }), expect: blocked(/within 8 s/) },
  'a node that has stopped': {
    session: kind({ nodes: { worker: { state: 'exited' } } }),
    expect: blocksOnly('node/dev/dev-worker', /not running/),
  },
  'no node can be asked': { session: kind({ fails: ['node.runtime'] }), expect: blocked(/timeout/) },
})
