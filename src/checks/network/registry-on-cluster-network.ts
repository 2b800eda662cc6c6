import { askFromNodes } from '../../derive/ask.ts'
import { splitHostPort } from '../../containerd/registry-host.ts'
import { registryDetail } from '../../derive/registry-detail.ts'
import { ObservationFailure, type ContainerDetail } from '../../model/observation.ts'
import { defineCheck } from '../define-check.ts'

export default defineCheck({
  id: 'network/registry-on-cluster-network',
  per: 'cluster-registry',
  title: "the registry is attached to the cluster's network",
  why:
    'Nodes reach the registry container by its name on the Docker network that they share. ' +
    'On the default bridge it has no name, and a recreated container is no longer attached.',
  finds: ['registry-not-on-network'],
  async run(look, { cluster, registry }) {
    if (registry.role === 'pull-through-cache') return { skip: `${registry.name} is a pull-through cache` }
    const detail = await registryDetail(look, registry)
    if (detail === null) return { skip: `${registry.name} is no container of this engine` }
    if (detail.networks.some((one) => one.name === cluster.network)) return []
    // A registry that every node reaches another way (host.docker.internal, a LAN address) is not broken.
    const asked = await askFromNodes(look, cluster, registry)
    if (asked.length > 0 && asked.every(({ asked: one }) => one.ok && one.answer.kind === 'answers' && one.answer.isRegistry)) return []
    // Only of its own name and addresses is it certain that nodes cannot reach them.
    const isOwn = isNameOf(detail, splitHostPort(registry.address).host)
    if (!isOwn && asked.every(({ asked: one }) => !one.ok || one.answer.kind === 'answers'))
      throw new ObservationFailure(
        'node.trace',
        'not-asked',
        `not every node of ${cluster.name} could be asked whether it reaches ${registry.address}`,
      )
    const attached = detail.networks.map((one) => one.name).join(', ') || 'no network'
    return [
      {
        code: 'registry-not-on-network',
        subject: { kind: 'registry', cluster: cluster.name, name: registry.name },
        hop: 'network',
        message: `${detail.name} is on ${attached}; the nodes of ${cluster.name} are on ${cluster.network}`,
        data: { container: detail.name, network: cluster.network, address: registry.address },
        evidence: [
          {
            vantage: 'engine',
            asked: `networks of ${detail.name}`,
            saw: attached,
            command: `docker inspect -f '{{json .NetworkSettings.Networks}}' ${detail.name}`,
          },
        ],
      },
    ]
  },
})

const isNameOf = ({ name, aliases, networks }: ContainerDetail, host: string): boolean =>
  name === host || Object.values(aliases).flat().includes(host) || networks.some((one) => one.address === host)
