import { setTimeout as sleep } from 'node:timers/promises'
import type { ContainerDetail, ContainerSummary } from '../model/observation.ts'
import { DockerError } from '../ports/docker.ts'
import { platformName, type EnginePlatform } from './docker-images.ts'
import { attachedNetworks, publishedPorts, type EngineNetworks, type EnginePorts } from './docker-shapes.ts'
import { defineObservation } from './observe.ts'

const logLines = 200

export const dockerEngine = defineObservation('docker.engine', async ({ docker }) => {
  const { version, os } = await docker.version()
  return { version, os, endpoint: docker.endpoint }
})

/** Labels of kind, k3d, k3s and ctlptl. Those of other tools tell of the user's machine and of nothing here. */
const clusterLabels = /^(?:io\.x-k8s\.kind\.|k3d\.|k3s\.|app$|dev\.tilt\.ctlptl\.)/

interface ListedContainer {
  Names?: string[]
  Image?: string
  State?: string
  Labels?: Record<string, string>
  Ports?: { IP?: string; PrivatePort?: number; PublicPort?: number }[]
  NetworkSettings?: { Networks?: EngineNetworks }
}

export const dockerContainers = defineObservation('docker.containers', async ({ docker }) =>
  ((await docker.listContainers()) as ListedContainer[])
    .map((one): ContainerSummary => ({
      name: (one.Names?.[0] ?? '').replace(/^\//, ''),
      image: one.Image ?? '',
      state: one.State ?? 'unknown',
      labels: Object.fromEntries(Object.entries(one.Labels ?? {}).filter(([name]) => clusterLabels.test(name))),
      ports: (one.Ports ?? []).map(({ IP, PrivatePort, PublicPort }) => ({
        port: PrivatePort ?? 0,
        ...(IP !== undefined && { hostIp: IP }),
        ...(PublicPort !== undefined && { hostPort: PublicPort }),
      })),
      networks: attachedNetworks(one.NetworkSettings?.Networks),
    }))
    .filter((one) => one.name !== '')
    .sort((a, b) => (a.name < b.name ? -1 : 1)),
)

interface InspectedContainer {
  Name: string
  Path?: string
  Args?: string[]
  State: { Status: string; ExitCode: number; OOMKilled?: boolean; StartedAt: string; FinishedAt: string }
  Config: { Image: string; Env?: string[] | null }
  HostConfig: { RestartPolicy?: { Name?: string }; PortBindings?: EnginePorts | null }
  NetworkSettings: { Networks?: EngineNetworks; Ports?: EnginePorts | null }
  Mounts?: { Type: string; Name?: string; Destination: string }[]
}

export const dockerContainer = defineObservation('docker.container', async ({ docker }, { name }) => {
  const raw = (await docker.inspectContainer(name)) as InspectedContainer | null
  if (raw === null) return { absent: true }
  const networks = raw.NetworkSettings.Networks ?? {}
  return {
    name: raw.Name.replace(/^\//, ''),
    image: raw.Config.Image,
    state: raw.State.Status,
    exitCode: raw.State.ExitCode,
    oomKilled: raw.State.OOMKilled ?? false,
    startedAt: raw.State.StartedAt,
    finishedAt: raw.State.FinishedAt,
    restartPolicy: raw.HostConfig.RestartPolicy?.Name || 'no',
    env: Object.fromEntries((raw.Config.Env ?? []).map((line) => [line.split('=', 1)[0]!, line.slice(line.indexOf('=') + 1)])),
    args: [raw.Path ?? '', ...(raw.Args ?? [])],
    published: publishedPorts(raw.HostConfig.PortBindings ?? {}, raw.NetworkSettings.Ports ?? {}),
    aliases: Object.fromEntries(Object.entries(networks).map(([network, one]) => [network, one.DNSNames ?? one.Aliases ?? []])),
    networks: attachedNetworks(networks),
    mounts: (raw.Mounts ?? []).map((mount) => ({
      type: mount.Type,
      ...(mount.Name !== undefined && { name: mount.Name }),
      destination: mount.Destination,
    })),
  } satisfies ContainerDetail
})

export const dockerDistribution = defineObservation('docker.distribution', async ({ docker }, { image }) => {
  let answer: { status: number; body: unknown }
  try {
    answer = await docker.distribution(image)
  } catch (error) {
    // The engine answers everything else: the silence is the registry's, and that is an answer.
    if (error instanceof DockerError && error.code === 'timeout')
      return { status: 0, message: 'no answer from the registry within the time limit' }
    throw error
  }
  const { status, body } = answer
  const { message, Descriptor, Platforms } = (body ?? {}) as {
    message?: string
    Descriptor?: { digest?: string }
    Platforms?: EnginePlatform[] | null
  }
  return {
    status,
    ...(message !== undefined && { message }),
    ...(Descriptor?.digest !== undefined && { digest: Descriptor.digest }),
    ...(Platforms && Platforms.length > 0 && { platforms: Platforms.map(platformName) }),
  }
})

/** The engine copies what a container says by and by: on a busy machine a line was 84 ms late. */
const lateMs = 1000

export const dockerLogLine = defineObservation('docker.logLine', async ({ docker }, { container, contains }) => {
  for (const end = performance.now() + lateMs; ; await sleep(50)) {
    const lines = (await docker.logTail(container, logLines)).split('\n')
    const line = lines.find((one) => one.includes(contains)) ?? null
    if (line !== null || performance.now() > end) return { line }
  }
})
