import { clustersBy, type FoundCluster } from '../../../discover/found-cluster.ts'
import { k3dLabels } from '../../../discover/k3d.ts'
import { kindLabels } from '../../../discover/kind.ts'
import { valueAt } from '../../../lint/known-keys.ts'
import { k3dRegistries } from '../../../lint/k3d/registries.ts'
import type { Look } from '../../../model/observation.ts'
import type { Provider } from '../../../model/report.ts'
import type { Topology } from '../../../model/topology.ts'
import { HostError } from '../../../ports/write/host.ts'
import type { PlannedRepair } from '../../fix/repair.ts'
import { SetupRefusal, type Machine, type Refused, type SetupOptions } from '../options.ts'
import { orRefused } from '../plan-setup.ts'
import { plannedRegistry } from '../registry-container.ts'
import { registryNameOf } from '../registry-name.ts'
import { differences } from './differences.ts'
import { k3dClusterConfig } from './k3d-config.ts'
import { kindClusterConfig, valueOf, type ClusterConfig, type GivenConfig } from './kind-config.ts'
import { containerdOfKind } from './kind-version.ts'

/** The cluster that there is to be. */
export interface ClusterWanted {
  readonly provider: Provider
  /** Where none is given, that of the configuration, else the one that its provider takes. */
  readonly cluster?: string
  readonly config?: GivenConfig
}

/** What has to be done until the cluster is there; `planSetup` says the rest, by what is discovered then. */
export interface ClusterPlan {
  readonly cluster: string
  /** What goes with it: for `planSetup`, where it is not the registry that k3d makes itself. */
  readonly registryName?: string
  /** The registry, then the cluster; nothing of a cluster that is there already. */
  readonly repairs: readonly PlannedRepair[]
  readonly notes: readonly string[]
}

const labelsOf = { kind: kindLabels, k3d: k3dLabels } as const
/** Source: kind, pkg/apis/config/v1alpha4/default.go; k3d, pkg/config/v1alpha5/types.go. */
const usualCluster = { kind: 'kind', k3d: 'k3s-default' } as const satisfies Record<Provider, string>
const install = {
  kind: 'https://kind.sigs.k8s.io/docs/user/quick-start/#installation',
  k3d: 'https://k3d.io/stable/#installation',
} as const satisfies Record<Provider, string>

/** So long a command line may take to say its version. */
const versionLimitMs = 10_000

const nothingYet: Topology = { clusters: [], registries: [], choices: [], gaps: [] }

/**
 * A registry, and a cluster whose nodes will be led to it. A cluster of that name that is there already stays as it is; what
 * differs from what is asked for is told. Changes nothing.
 */
export function planCluster(look: Look, wanted: ClusterWanted, options: SetupOptions, machine: Machine): Promise<ClusterPlan | Refused> {
  return orRefused(() => plan(look, wanted, options, machine))
}

async function plan(look: Look, wanted: ClusterWanted, options: SetupOptions, machine: Machine): Promise<ClusterPlan> {
  const { provider, config } = wanted
  const value = config && valueOf(config.text)
  const cluster = wanted.cluster ?? namedIn(value) ?? usualCluster[provider]
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(cluster))
    throw new SetupRefusal('cluster-name', `"${cluster}" is no name of a cluster: a-z, 0-9, - and .`)
  const containers = await look('docker.containers', {})
  const existing = clustersBy(labelsOf[provider], containers).find((one) => one.name === cluster)
  if (existing) return { cluster, repairs: [], notes: notesOn(existing, value, containers) }

  const version = await versionOf(provider, machine)
  if (provider === 'k3d' && makesRegistry(value)) return withOwnRegistry(cluster, config!, options)
  const used = provider === 'k3d' ? k3dRegistries(value, cluster).map((one) => one.name) : []
  const registryName = options.registryName ?? containers.find((one) => used.includes(one.name))?.name ?? used[0]
  const name = registryNameOf(nothingYet, { ...(registryName !== undefined && { registryName }) }, provider)
  const { registry, repair, notes } = await plannedRegistry(look, nothingYet, name, options, machine)
  if (used.length > 0 && registry.detail === null)
    throw new SetupRefusal('registry-not-found', `registries.use of ${config!.path} names ${used[0]}, and there is no such container`)
  const made: ClusterConfig =
    provider === 'kind'
      ? kindClusterConfig(config ?? null, containerdOfKind(version))
      : k3dClusterConfig(config ?? null, registry, options.tls !== undefined)
  return { cluster, registryName: name, repairs: [repair, creation(provider, cluster, made.config)], notes: [...notes, ...made.notes] }
}

/** The registry comes with the cluster; what k3d does not write for it comes afterwards. */
function withOwnRegistry(cluster: string, { path, text }: GivenConfig, { tls }: SetupOptions): ClusterPlan {
  if (tls)
    throw new SetupRefusal(
      'registry-plain-http',
      `k3d makes the registry of ${path} itself, and over plain HTTP: leave registries.create out of it`,
    )
  return { cluster, repairs: [creation('k3d', cluster, text)], notes: [`k3d makes the registry of ${path} itself`] }
}

const creation = (provider: Provider, cluster: string, config: string): PlannedRepair => ({
  cluster,
  title: `create the ${provider} cluster ${cluster}`,
  risk: 'safe',
  steps: [{ op: 'cluster.create', provider, cluster, config }],
})

/** kind has the name at the top, k3d in its metadata since v1alpha4. */
function namedIn(value: unknown): string | undefined {
  const names = [valueAt(value, ['metadata', 'name']), valueAt(value, ['name'])]
  return names.find((one): one is string => typeof one === 'string' && one !== '')
}

const makesRegistry = (value: unknown): boolean => {
  const create = valueAt(value, ['registries', 'create'])
  return create === true || (create !== null && typeof create === 'object')
}

/** What the provider's command line says of its version. */
async function versionOf(provider: Provider, { host }: Machine): Promise<string> {
  try {
    return (await host.run(provider, ['version'], { limitMs: versionLimitMs })).stdout
  } catch (error) {
    if (!(error instanceof HostError)) throw error
    const why = error.code === 'ENOENT' ? `${provider} is not installed, or not in PATH (${install[provider]})` : error.message
    throw new SetupRefusal(`${provider}-not-found`, why)
  }
}

function notesOn(existing: FoundCluster, value: unknown, containers: Parameters<typeof differences>[2]): string[] {
  const different = differences(existing, value, containers)
  const { provider, name } = existing
  return different.length === 0
    ? [`the ${provider} cluster ${name} is there already`]
    : [`the ${provider} cluster ${name} is there already and stays as it is, though it differs: ${different.join('; ')}`]
}
