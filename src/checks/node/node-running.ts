import { isAbsent } from '../../model/observation.ts'
import { defineCheck } from '../define-check.ts'

export default defineCheck({
  id: 'node/node-running',
  per: 'node',
  title: 'the node is running',
  why: 'A node is a container of the Docker engine. Stopped, it runs no pods, pulls nothing, and cannot be asked for the rest of this report.',
  finds: ['node-not-running'],
  async run(look, { cluster, node }) {
    if (node.running) return []
    const detail = await look('docker.container', { name: node.name })
    const exit = isAbsent(detail) ? '' : ` (exit code ${detail.exitCode}${detail.oomKilled ? ', out of memory' : ''}, ${detail.finishedAt})`
    return [
      {
        code: 'node-not-running',
        subject: { kind: 'node', cluster: cluster.name, name: node.name },
        hop: 'start',
        message: `${node.name} (${node.role} of ${cluster.name}) ${node.state === 'exited' ? 'has stopped' : `is ${node.state}`}`,
        data: { container: node.name, state: node.state, ...(!isAbsent(detail) && { exitCode: detail.exitCode }) },
        evidence: [
          {
            vantage: 'engine',
            asked: `state of ${node.name}`,
            saw: `${node.state}${exit}`,
            command: `docker ps -a --filter name=^${node.name}$`,
          },
        ],
      },
    ]
  },
})
