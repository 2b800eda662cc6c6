import { namesBesideClusters } from '../../derive/cluster-container.ts'
import { canOnlyBeLocal, imageUses } from '../../derive/image-uses.ts'
import { registryHostsOf } from '../../derive/registry-pulls.ts'
import { unservedFinding } from '../../derive/unserved-hosts.ts'
import { workloadsOf } from '../../derive/workloads.ts'
import { ObservationFailure } from '../../model/observation.ts'
import { defineCheck } from '../define-check.ts'

export default defineCheck({
  id: 'cluster/workload-images',
  per: 'cluster',
  title: 'workloads name registry hosts that the nodes know',
  why: 'A chart that still has the host of an earlier registry goes on as long as the node holds its image, and fails at the next pull. Only hosts that can only be local are asked for: localhost with a port, names of one label, *.localhost, names of containers.',
  finds: ['image-host-not-served'],
  async run(look, { cluster, registries }) {
    if (cluster.onlyRegistry !== undefined) return { skip: `only ${cluster.onlyRegistry} is examined` }
    const [{ workloads, unlisted }, containers] = await Promise.all([workloadsOf(look, cluster), look('docker.containers', {})])
    const names = namesBesideClusters(containers)
    // What keeps nodes from a registry that is known is told by what asks for that registry.
    const known = new Set(registries.flatMap((one) => registryHostsOf(one, cluster.name)))
    const hosts = [...imageUses(workloads)].filter(([host]) => canOnlyBeLocal(host, names) && !known.has(host))
    const found = await Promise.all(hosts.map(([host, uses]) => unservedFinding(look, cluster, registries, host, uses)))
    const findings = found.filter((one) => one !== null)
    const [first] = unlisted
    if (!first) return findings
    const why = `${unlisted.map((one) => one.resource).join(', ')} of ${cluster.name} could not be listed: ${first.reason}`
    if (findings.length === 0) throw new ObservationFailure('kube.workloads', first.code, why)
    return { findings, notes: [why] }
  },
})
