import { mirrorEndpoints, type Endpoints } from '../../containerd/endpoints.ts'
import { rulesOf } from '../../containerd/version-rules.ts'
import type { ContainerdVersion } from '../../containerd/versions.ts'
import type { Registries } from '../../k3s/registries-yaml.ts'
import type { Rendered } from '../../k3s/render.ts'
import { settingsOf } from '../containerd/config-faults.ts'
import { meantEndpoint, type MeantEndpoint } from '../containerd/endpoint-faults.ts'
import { anyHost, nodeFiles, planOfFiles } from '../containerd/plan-of-files.ts'
import type { YamlSource } from '../yaml-source.ts'

/** What the problems of a registries.yaml are judged by. */
export interface RegistriesContext {
  /** The document, with its places in the file. */
  readonly source: YamlSource
  readonly registries: Registries
  /** The endpoints for a registry host on a node whose k3s was given this. */
  plan(registryHost: string): Endpoints
  readonly containerd: ContainerdVersion
  /** Whether k3s is given --disable-default-registry-endpoint. */
  readonly flag: boolean
  /** `host:port` of the registries that k3d makes or uses: they speak HTTP, and k3d writes mirrors for them. */
  readonly k3dRegistries: readonly string[]
  /** k3d reads the text first, with names of its own. */
  readonly throughK3d: boolean
}

/** Every endpoint that a host has in any mirror. */
export const endpointsAt = ({ registries }: Pick<RegistriesContext, 'registries'>, host: string): MeantEndpoint[] =>
  Object.values(registries.mirrors)
    .flatMap(({ endpoints }) => endpoints.map((one) => meantEndpoint(one.value)))
    .filter((one) => one.host === host)

/** Whether all that serves a host is plain HTTP, to which TLS settings mean nothing: its own mirrors, and it as a mirror. */
export function isPlainHttp(context: Pick<RegistriesContext, 'registries'>, host: string): boolean {
  const { mirrors } = context.registries
  const own = Object.hasOwn(mirrors, host) ? mirrors[host]!.endpoints.map((one) => meantEndpoint(one.value)) : []
  const meant = [...own, ...endpointsAt(context, host)]
  return meant.length > 0 && meant.every((one) => one.scheme === 'http')
}

/** The plan for a registry host by what k3s renders; `*` stands for a host that no mirror names. */
export function planBy(rendered: Rendered, containerd: ContainerdVersion): (registryHost: string) => Endpoints {
  const hostOf = (key: string): string => (key === '*' ? anyHost : key)
  if (rendered.kind === 'certs.d') {
    const files = nodeFiles(rendered.files)
    return (key) => planOfFiles(hostOf(key), files, containerd)
  }
  const toml = rendered.kind === 'config.toml' ? rendered.toml : ''
  const { settings } = settingsOf(containerd, toml)
  return (key) => mirrorEndpoints(hostOf(key), settings.mirrors ?? {}, rulesOf(containerd))
}
