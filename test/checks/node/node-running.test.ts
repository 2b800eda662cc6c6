import check from '../../../src/checks/node/node-running.ts'
import { kind } from '../../sessions/kind.ts'
import { all, blocksOnly, checkTable, finds, pass, says } from '../check-table.ts'

checkTable(check, {
  'all nodes run': { session: kind(), expect: pass },
  'a worker has stopped': {
    session: kind({ nodes: { worker2: { state: 'exited', exitCode: 137 } } }),
    expect: all(finds('node-not-running', 'node/dev/dev-worker2'), says(/has stopped/, /exit code 137/)),
  },
  'a worker is paused': {
    session: kind({ nodes: { worker: { state: 'paused' } } }),
    expect: all(finds('node-not-running', 'node/dev/dev-worker'), says(/is paused/)),
  },
  'the control plane and a worker have stopped': {
    session: kind({ nodes: { 'control-plane': { state: 'exited' }, worker: { state: 'exited' } } }),
    expect: finds('node-not-running', 'node/dev/dev-control-plane', 'node/dev/dev-worker'),
  },
  'each cluster on its own': {
    session: kind({ also: { other: { nodes: { worker: { state: 'exited' } } } } }),
    expect: finds('node-not-running', 'node/other/other-worker'),
  },
  'a load balancer that has stopped is no node': {
    session: kind({
      containers: [
        {
          name: 'dev-external-load-balancer',
          image: 'kindest/haproxy:v1',
          state: 'exited',
          labels: { 'io.x-k8s.kind.cluster': 'dev', 'io.x-k8s.kind.role': 'external-load-balancer' },
        },
      ],
    }),
    expect: pass,
  },
  'the stopped node cannot be inspected': {
    session: kind({
      nodes: { worker2: { state: 'exited' } },
      fails: (asked, query) => (asked === 'docker.container' && query['name'] === 'dev-worker2' ? 'timeout' : undefined),
    }),
    expect: blocksOnly('node/dev/dev-worker2', /timeout/),
  },
})
