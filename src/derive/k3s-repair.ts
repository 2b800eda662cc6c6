import { quote } from '../containerd/go/quote.ts'
import { withKnownKeys } from '../k3s/with-known-keys.ts'
import { withAuthority, withListedEndpoints, withMirror } from '../k3s/with-mirror.ts'
import { renderRegistriesYaml, type Rendered } from '../k3s/render.ts'
import { spliceBesideSecrets, type Splice } from '../model/splice.ts'
import { hashOf, textOf } from './node-files.ts'
import type { NodeK3s } from './node-k3s.ts'
import type { RegistryPull } from './registry-pulls.ts'

/** A file as a repair writes it or changes it, and the hash of what it has to find there. */
type Put =
  | { readonly path: string; readonly content: string; readonly expect: string | null }
  | { readonly path: string; readonly splice: Splice; readonly expect: string }

/** What a finding tells of its repair: files to write, or in words what registries.yaml has to say. */
export type K3sRepair = { readonly put?: readonly Put[]; readonly needsRestart?: boolean; readonly snippet?: string }

/**
 * The registries.yaml that leads to the registry, and the hosts.toml that k3s makes of it.
 * @param authority a file on the node with the certificate of whom to trust there
 */
export function repairOf(k3s: NodeK3s, { registryHost, pull }: RegistryPull, endpoint: string, authority?: string): K3sRepair {
  const { text, yaml, settings } = k3s
  const snippet = `let it have, beside what it says: mirrors: {"${registryHost}": {endpoint: ["${endpoint}"]}}`
  const known = text === null ? null : withKnownKeys(yaml)
  const isLed = known !== null && leadsTo(renderRegistriesYaml(known, settings), registryHost, endpoint)
  const led = isLed ? known : withMirror(known, registryHost, endpoint)
  const corrected = led === null || authority === undefined ? led : withAuthority(led, endpoint.replace(/^https?:\/\//, ''), authority)
  const own = corrected === null ? null : putOf(k3s, corrected)
  if (corrected === null || own === null) return { snippet }
  const rendered = renderRegistriesYaml(corrected, settings)
  if (rendered.kind === 'config.toml') return { put: own, needsRestart: true }
  const root = pull.containerd.path.path === 'none' ? undefined : pull.containerd.path.roots[0]
  if (rendered.kind !== 'certs.d' || root === undefined || !leadsTo(rendered, registryHost, endpoint)) return { snippet }
  const path = `${root.replace(/\/+$/, '')}/${registryHost}/hosts.toml`
  const content = rendered.files[`${registryHost}/hosts.toml`]!
  if (secretWord.test(content) || (authority !== undefined && !content.includes(`ca = [${quote(authority)}]`))) return { snippet }
  const isThere = textOf(pull.containerd.files, path) === content
  return { put: [...own, ...(isThere ? [] : [{ path, content, expect: hashOf(pull.containerd.files, path) }])], snippet }
}

/** What makes another registries.yaml of the one that is there: nothing where they are the same, null where a secret is lost by it. */
function putOf({ registriesYaml: path, text, yaml, files }: NodeK3s, content: string): Put[] | null {
  if (content === yaml && text !== null) return []
  const expect = hashOf(files, path)
  if (!hasSecrets(text)) return [{ path, content, expect }]
  const splice = spliceBesideSecrets(yaml, content, secretWord)
  return splice && expect !== null ? [{ path, splice, expect }] : null
}

/** The same of a registries.yaml that k3s refuses: it can only be written where what is wrong is known. */
export function repairOfRefused({ registriesYaml, text, files, settings }: NodeK3s, reason: string): K3sRepair {
  const listed = withListedEndpoints(text ?? '')
  const isMended = listed !== null && !hasSecrets(text) && renderRegistriesYaml(listed, settings).kind !== 'refused'
  return { put: isMended ? [{ path: registriesYaml, content: listed, expect: hashOf(files, registriesYaml) }] : [], snippet: reason }
}

/** What `yaml` of a node's k3s has for a secret. */
const secretWord = /redacted-[0-9a-f]{6}/

const hasSecrets = (text: string | null): boolean => text?.includes('[redacted:') === true

/** Whether an endpoint is in what k3s writes for a registry host: the default one stands as `server`, any other in a table of its own. */
export const leadsTo = (rendered: Rendered, registryHost: string, endpoint: string): boolean => {
  const text = (rendered.kind === 'certs.d' && rendered.files[`${registryHost}/hosts.toml`]) || ''
  return text.includes(`[host."${endpoint}/v2"]`) || text.includes(`\nserver = "${endpoint}/v2"\n`)
}
