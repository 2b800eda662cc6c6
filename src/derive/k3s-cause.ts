import { splitHostPort } from '../containerd/registry-host.ts'
import { readRegistriesYaml, type UnknownKey } from '../k3s/registries-yaml.ts'
import type { Code } from '../model/codes.ts'
import type { Look } from '../model/observation.ts'
import type { Cluster, Registry } from '../model/topology.ts'
import { nodeFiles, textOf } from './node-files.ts'
import type { NodeK3s } from './node-k3s.ts'
import type { RegistryPull } from './registry-pulls.ts'
import { renderedPull } from './rendered-pull.ts'

/** What can be at fault in registries.yaml. */
export const causesInRegistriesYaml = [
  'registries-yaml-missing',
  'registries-yaml-invalid',
  'registries-yaml-unknown-key',
  'registries-yaml-key-mismatch',
  'registries-yaml-not-applied',
] as const

/** What a finding says of the cause, where that is in registries.yaml. */
export interface Cause {
  readonly code: (typeof causesInRegistriesYaml)[number]
  readonly qualifier?: string
  readonly message: string
}

/** What is wrong with the file as such is one fault, whatever the registry host. */
export const refusedCause = (node: string, path: string, reason: string): Cause => ({
  code: 'registries-yaml-invalid',
  qualifier: 'k3s',
  message: `k3s does not start with ${path} of ${node}: ${reason}`,
})

/**
 * What in registries.yaml is at fault where a pull does not get to the registry by the files that k3s made of it.
 * @param code how the fault shows in these files
 * @returns null where registries.yaml says the right thing, and another file is at fault, or none
 */
export async function causeOf(
  look: Look,
  cluster: Cluster,
  registry: Registry,
  pull: RegistryPull,
  k3s: NodeK3s,
  code: Code,
): Promise<Cause | null> {
  const { registryHost } = pull
  const { node } = pull.pull
  const { registriesYaml: path, rendered, text, yaml } = k3s
  const effect = `so images of ${registryHost} are not led to ${registry.name}`
  if (text === null)
    return {
      code: 'registries-yaml-missing',
      message: `${node} has no ${path}${await misnamed(look, node, path)}, ${effect}`,
    }
  if (rendered.kind === 'refused') return refusedCause(node, path, rendered.reason)
  if (rendered.kind === 'certs.d' && (await renderedPull(look, cluster, registry, rendered.files, pull)).reaches)
    return {
      code: 'registries-yaml-not-applied',
      message: `${path} of ${node} leads ${registryHost} to ${registry.name}, but what k3s wrote when it started does not`,
    }
  const read = readRegistriesYaml(yaml)
  if (read.kind === 'refused') return null
  const unknown = read.unknownKeys.find((one) => matters(one, registryHost, code))
  if (unknown)
    return {
      code: 'registries-yaml-unknown-key',
      message: `k3s ignores ${unknown.path.join('.')} (${path} of ${node}, line ${unknown.line})${unknown.near === undefined ? '' : `; it knows "${unknown.near}"`}, ${effect}`,
    }
  const keys = Object.keys(read.mirrors)
  if (keys.includes(registryHost) || keys.includes('*')) return null
  return {
    code: 'registries-yaml-key-mismatch',
    message: `${path} of ${node} has ${keys.length === 0 ? 'no mirrors' : `mirrors for ${keys.join(', ')}`} and none for ${registryHost}${hint(keys, registryHost)}, ${effect}`,
  }
}

/** Whether what stands under a key that k3s does not know would have been for this registry host, and of this kind. */
function matters({ path }: UnknownKey, registryHost: string, code: Code): boolean {
  const [top, host] = path
  if (code === 'registry-certificate-untrusted') return path.length === 1 ? /config/i.test(top ?? '') : top === 'configs'
  if (path.length === 1) return !/config|auth/i.test(top ?? '')
  return top === 'mirrors' && host === registryHost
}

/** Users name the file in other ways, and k3s does not look for it. */
async function misnamed(look: Look, node: string, path: string): Promise<string> {
  const directory = path.slice(0, path.lastIndexOf('/'))
  const others = ['registries.yml', 'registry.yaml', 'registry.yml'].map((name) => `${directory}/${name}`)
  const files = await nodeFiles(look, node, others)
  const found = others.find((one) => textOf(files, one) !== null)
  return found === undefined ? '' : ` (there is ${found}, which k3s does not read)`
}

function hint(keys: readonly string[], registryHost: string): string {
  const { host } = splitHostPort(registryHost)
  if (keys.some((key) => /^https?:\/\//.test(key))) return ' (a key is the host as images name it, without http://)'
  return keys.includes(host) ? ' (a key has the port too)' : ''
}
