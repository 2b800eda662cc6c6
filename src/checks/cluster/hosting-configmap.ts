import { isLoopback, splitHostPort } from '../../containerd/registry-host.ts'
import { hostingConfigMap } from '../../derive/hosting-configmap.ts'
import { kubectlOf } from '../../derive/kube.ts'
import { engineView } from '../../derive/engine-view.ts'
import { askBase, describeAnswer, isUntrusted } from '../../derive/registry-detail.ts'
import { orNull } from '../../derive/tried.ts'
import type { Finding } from '../../model/finding.ts'
import { isHttpFailure, type Look } from '../../model/observation.ts'
import type { Cluster, Registry } from '../../model/topology.ts'
import { defineCheck } from '../define-check.ts'

export default defineCheck({
  id: 'cluster/hosting-configmap',
  per: 'cluster',
  title: 'the ConfigMap local-registry-hosting tells tools of the registry',
  why: 'Tilt, Skaffold and others find the registry to push to through this ConfigMap (KEP-1755). Nodes do not read it, so pulls never depend on it.',
  finds: ['hosting-configmap-missing', 'hosting-configmap-wrong'],
  async run(look, { cluster, registries }) {
    const local = registries.filter((one) => one.role === 'registry')
    if (local.length === 0) return { skip: `${cluster.name} uses no local registry` }
    const configMap = await hostingConfigMap(look, cluster)
    if (configMap.state === 'absent')
      return [
        finding('hosting-configmap-missing', cluster, local, 'there is none, so Tilt and Skaffold do not find the registry', 'not found'),
      ]
    const malformed = configMap.state === 'unreadable' ? configMap.why : configMap.host === undefined ? 'it names no host' : null
    if (malformed !== null) return [finding('hosting-configmap-wrong', cluster, local, malformed, malformed)]
    const unanswered = await notAnswering(look, (configMap as { host: string }).host, local)
    return unanswered === null ? [] : [finding('hosting-configmap-wrong', cluster, local, unanswered, unanswered, { unanswered: true })]
  },
})

/** Why the host that it names is none of the registries; null where nothing speaks against it. */
async function notAnswering(look: Look, host: string, registries: readonly Registry[]): Promise<string | null> {
  const named = host.split('/', 1)[0]!
  const { port } = splitHostPort(named)
  if (
    registries.some(
      (one) =>
        one.hostAddress !== undefined && (one.hostAddress === named || (isLoopback(named) && splitHostPort(one.hostAddress).port === port)),
    )
  )
    return null
  const { isRegistry, answer } = await askBase(look, named)
  if (isRegistry || isUntrusted(answer)) return null
  // In a devcontainer only the engine's localhost is the one that is meant.
  if (isHttpFailure(answer) && (await orNull(engineView(look, named)))?.reaches) return null
  const published = registries.flatMap((one) => one.hostAddress ?? []).join(', ')
  return `it names ${named}, where no registry answers the host (${describeAnswer(answer)})${published ? `; the registry is published on ${published}` : ''}`
}

function finding(
  code: 'hosting-configmap-missing' | 'hosting-configmap-wrong',
  cluster: Cluster,
  registries: readonly Registry[],
  what: string,
  saw: string,
  more: Finding['data'] = {},
): Finding {
  return {
    code,
    subject: { kind: 'cluster', name: cluster.name },
    hop: 'push',
    message: `kube-public/local-registry-hosting of ${cluster.name}: ${what}`,
    data: { kubectl: kubectlOf(cluster), host: pushHost(registries), registry: registries[0]?.name ?? null, ...more },
    evidence: [
      {
        vantage: 'api',
        asked: 'ConfigMap kube-public/local-registry-hosting',
        saw,
        command: `${kubectlOf(cluster)} -n kube-public get configmap local-registry-hosting -o yaml`,
      },
    ],
  }
}

const pushHost = (registries: readonly Registry[]): string | null => {
  const address = registries.find((one) => one.hostAddress !== undefined)?.hostAddress
  return address === undefined ? null : address.replace(/^127\.0\.0\.1:/, 'localhost:')
}
