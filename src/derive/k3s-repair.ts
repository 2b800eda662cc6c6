import type { Files } from '../containerd/files.ts'
import { withKnownKeys } from '../k3s/with-known-keys.ts'
import { withListedEndpoints, withMirror } from '../k3s/with-mirror.ts'
import { renderRegistriesYaml, type Rendered } from '../k3s/render.ts'
import { fileFacts, textOf } from './node-files.ts'
import type { NodeK3s } from './node-k3s.ts'
import type { RegistryPull } from './registry-pulls.ts'

/** A file as a repair writes it, and the hash of what it has to find there. */
type Put = { readonly path: string; readonly content: string; readonly expect: string | null }

/** What a finding tells of its repair: files to write, or in words what registries.yaml has to say. */
export type K3sRepair = { readonly put?: readonly Put[]; readonly needsRestart?: boolean; readonly snippet?: string }

/** The registries.yaml that leads to the registry, and the hosts.toml that k3s makes of it. */
export function repairOf(k3s: NodeK3s, { registryHost, pull }: RegistryPull, endpoint: string): K3sRepair {
  const { registriesYaml, text, settings, files } = k3s
  const snippet = `let it have, beside what it says: mirrors: {"${registryHost}": {endpoint: ["${endpoint}"]}}`
  const known = text === null ? null : withKnownKeys(text)
  const isLed = known !== null && leadsTo(renderRegistriesYaml(known, settings), registryHost, endpoint)
  const corrected = isLed ? known : withMirror(known, registryHost, endpoint)
  // Where a secret of the file was replaced, the file cannot be written again.
  if (corrected === null || (corrected !== text && hasSecrets(text))) return { snippet }
  const rendered = renderRegistriesYaml(corrected, settings)
  const yaml: Put[] = corrected === text ? [] : [{ path: registriesYaml, content: corrected, expect: hashOf(files, registriesYaml) }]
  if (rendered.kind === 'config.toml') return { put: yaml, needsRestart: true }
  const root = pull.containerd.path.path === 'none' ? undefined : pull.containerd.path.roots[0]
  if (rendered.kind !== 'certs.d' || root === undefined || !leadsTo(rendered, registryHost, endpoint)) return { snippet }
  const path = `${root.replace(/\/+$/, '')}/${registryHost}/hosts.toml`
  const content = rendered.files[`${registryHost}/hosts.toml`]!
  const isThere = textOf(pull.containerd.files, path) === content
  return { put: [...yaml, ...(isThere ? [] : [{ path, content, expect: hashOf(pull.containerd.files, path) }])], snippet }
}

/** The same of a registries.yaml that k3s refuses: it can only be written where what is wrong is known. */
export function repairOfRefused({ registriesYaml, text, files, settings }: NodeK3s, reason: string): K3sRepair {
  const listed = withListedEndpoints(text ?? '')
  const isMended = listed !== null && !hasSecrets(text) && renderRegistriesYaml(listed, settings).kind !== 'refused'
  return { put: isMended ? [{ path: registriesYaml, content: listed, expect: hashOf(files, registriesYaml) }] : [], snippet: reason }
}

const hashOf = (files: Files, path: string): string | null => fileFacts(files, path)[path]?.sha256 ?? null

const hasSecrets = (text: string | null): boolean => text?.includes('[redacted:') === true

/** Whether an endpoint is in what k3s writes for a registry host: the default one stands as `server`, any other in a table of its own. */
export const leadsTo = (rendered: Rendered, registryHost: string, endpoint: string): boolean => {
  const text = (rendered.kind === 'certs.d' && rendered.files[`${registryHost}/hosts.toml`]) || ''
  return text.includes(`[host."${endpoint}/v2"]`) || text.includes(`\nserver = "${endpoint}/v2"\n`)
}
