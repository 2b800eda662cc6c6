import { join } from '../containerd/go/path.ts'
import { configToml } from './config-toml.ts'
import { firstHostsOf, secondHostsOf } from './earlier-hosts.ts'
import { embeddedAddress, withEmbeddedRegistry } from './embedded-registry.ts'
import type { PassedBy } from './host-config.ts'
import { hostsToml } from './hosts-toml.ts'
import { hostsOf } from './hosts.ts'
import { k3sRules, parseK3sVersion } from './k3s-version.ts'
import { readRegistriesYaml, type Registries } from './registries-yaml.ts'

/** How k3s was started, as far as it decides what becomes of registries.yaml. */
export interface RenderSettings {
  readonly disableDefaultRegistryEndpoint?: boolean
  readonly embeddedRegistry?: boolean
  /** `v1.34.1+k3s1`; the newest that is known where it is absent or no version. */
  readonly k3sVersion?: string
}

/** What k3s makes of a registries.yaml when it starts. */
export type Rendered =
  | {
      readonly kind: 'certs.d'
      /** Path below certs.d → text. */
      readonly files: { readonly [path: string]: string }
      /** Registry hosts whose credentials go into config.toml instead. */
      readonly credentials: readonly string[]
      /** Keys whose folder is not below certs.d, though k3s writes there. */
      readonly outside: readonly string[]
      /** What k3s logs and passes by. */
      readonly passedBy: readonly PassedBy[]
    }
  /** k3s of before 2024 writes this into config.toml, with the credentials that are hidden here. */
  | { readonly kind: 'config.toml'; readonly toml: string; readonly credentials: readonly string[] }
  /** k3s does not start with it, and gives this reason. */
  | { readonly kind: 'refused'; readonly reason: string }

const rendering = { first: firstHostsOf, second: secondHostsOf, today: hostsOf }

/**
 * The files that k3s writes for containerd from its registries.yaml.
 * Source: k3s v1.28 to v1.36, pkg/agent/containerd/config.go (writeContainerdHosts).
 */
export function renderRegistriesYaml(file: string | Uint8Array, settings: RenderSettings = {}): Rendered {
  const read = readRegistriesYaml(file)
  return read.kind === 'refused' ? { kind: 'refused', reason: read.reason } : renderRegistries(read, settings)
}

/** The same of one that is read already. */
export function renderRegistries(read: Registries, settings: RenderSettings): Rendered {
  const credentials = Object.keys(read.configs).filter((registryHost) => read.configs[registryHost]!.auth !== null)
  const rules = k3sRules(parseK3sVersion(settings.k3sVersion ?? ''))
  if (rules.mirrorsIn !== 'certs.d')
    return { kind: 'config.toml', toml: configToml(read, rules.mirrorsIn === 'config.toml v1' ? 1 : 2), credentials }
  const embedded = settings.embeddedRegistry === true
  const { hosts, passedBy } = rendering[rules.hosts](embedded ? withEmbeddedRegistry(read) : read, {
    disableDefaultRegistryEndpoint: settings.disableDefaultRegistryEndpoint === true,
    embedded: embedded ? embeddedAddress : ':',
    strictColons: rules.strictColons,
  })
  const files: { [path: string]: string } = Object.create(null) as typeof files
  const outside: string[] = []
  for (const [folder, host] of hosts) {
    const path = join('certs.d', folder, 'hosts.toml')
    const text = hostsToml(host, rules)
    if (rules.trimmed && text.split('\n').some((line) => new TextEncoder().encode(line).length >= longestLine))
      return { kind: 'refused', reason: 'bufio.Scanner: token too long' }
    if (path.startsWith('certs.d/')) files[path.slice('certs.d/'.length)] = text
    else outside.push(folder)
  }
  return { kind: 'certs.d', files, credentials, outside, passedBy }
}

/** Of what k3s takes empty lines out of. Source: Go, bufio.Scanner. */
const longestLine = 65_536
