import type { Files } from '../../containerd/files.ts'
import { parseHostsToml, urlsOfHostsToml } from '../../containerd/hosts-toml.ts'
import { setConfigPath } from '../../containerd/set-config-path.ts'
import { rulesOf } from '../../containerd/version-rules.ts'
import { blockingOf, placeOf } from '../../derive/hosts-toml-place.ts'
import { fileFacts, textOf } from '../../derive/node-files.ts'
import type { NodePlan } from '../../derive/node-plan.ts'
import type { Step } from '../../model/finding.ts'
import { SetupRefusal } from './options.ts'
import { sha256 } from './registry-tls.ts'
import { lineEdit } from './line-edit.ts'
import { endpointOf, isLed, isTarget, type HostPlan, type Target } from './target.ts'

/** A node of kind with its plan for an image of each registry host. */
export interface KindNode {
  readonly node: string
  readonly plans: readonly HostPlan[]
}

/**
 * What lets containerd of a node read hosts.toml files, where it does not: config_path, and a restart that running pods
 * survive. Pure.
 * @throws SetupRefusal where its configuration cannot be changed safely
 */
export function configPathSteps({ node, plans }: KindNode, target: Target): Step[] {
  const [first] = plans
  if (first === undefined) return []
  const { containerd, plan, registryHost } = first
  const { path, version, configFile, files, config } = containerd
  if (path.path === 'none')
    throw new SetupRefusal('cri-not-available', `containerd on ${node} does not load its CRI plugin (${path.text}): registry-doctor fix`)
  if (path.roots.length > 0 && !path.listIgnored) return []
  // Legacy mirrors lead there.
  if (plans.some((one) => isLed(one, target))) return []
  if (plan.kind !== 'plan' || Object.keys(config.settings.mirrors ?? {}).length > 0)
    throw new SetupRefusal(
      'legacy-mirrors',
      `${configFile} of ${node} has mirrors, and none that leads ${registryHost} to ${endpointOf(target)}; with mirrors containerd takes no config_path: write them as hosts.toml files first`,
    )
  const root = placeOf(first, registryHost).target.slice(0, -`/${registryHost}/hosts.toml`.length)
  const before = textOf(files, configFile)
  const after = before === null ? null : setConfigPath(before, version, root)
  if (before === null || after === null)
    throw new SetupRefusal('config-path', `config_path cannot be set in ${configFile} of ${node} as it is written: set it to "${root}"`)
  const expect = fileFacts(files, configFile)[configFile]!.sha256
  // Of a file with secrets the text is known only in part: the lines that change are.
  const edit: Step = before.includes('[redacted:')
    ? { op: 'file.splice', node, path: configFile, ...lineEdit(before, after), expect }
    : { op: 'file.put', node, path: configFile, content: after, expect }
  return [edit, { op: 'service.restart', node, service: 'containerd' }]
}

/**
 * The files that lead a node to the registry, as far as they are not there. Pure.
 * @throws SetupRefusal where a file is there that says something else
 */
export const hostsTomlSteps = ({ node, plans }: KindNode, target: Target): Step[] =>
  plans.flatMap((one) => (isLed(one, target) || goesByMirrors(one) ? [] : filesFor(node, one, one.registryHost, target)))

/** Where legacy mirrors are all that counts, no file helps; `configPathSteps` has seen to it that one leads there. */
const goesByMirrors = ({ containerd: { path, config } }: NodePlan): boolean =>
  path.path !== 'none' && path.endpointsFrom === 'mirrors' && Object.keys(config.settings.mirrors ?? {}).length > 0

function filesFor(node: string, plan: NodePlan, registryHost: string, target: Target): Step[] {
  const { files, version } = plan.containerd
  const place = placeOf(plan, registryHost)
  const blocking = blockingOf(plan, place)
  if (blocking !== null) throw new SetupRefusal('hosts-toml-blocked', `${blocking} on ${node} is in the way: registry-doctor fix moves it`)
  const directory = place.target.slice(0, place.target.lastIndexOf('/'))
  const text = textOf(files, place.target)
  if (text !== null && leads(text, directory, plan, target)) return []
  if (text?.trim() && !isOwnForm(text, target)) {
    const urls = urlsOfHostsToml(text, rulesOf(version))
    const says = urls.length === 0 ? 'says something else' : `leads to ${urls.join(', ')}`
    throw new SetupRefusal(
      'hosts-toml-differs',
      `${place.target} on ${node} ${says}, and not to ${endpointOf(target)}: it is left as it is; correct it, or take it away, and run this again`,
    )
  }
  const put = (path: string, content: string): Step[] => putFile(node, files, path, content)
  const authority = target.authority === undefined ? [] : put(`${directory}/ca.crt`, target.authority)
  return [...authority, ...put(place.target, hostsToml(target))]
}

/** Whether a file leads there that is not read yet. */
function leads(text: string, directory: string, { containerd: { version, files } }: NodePlan, target: Target): boolean {
  const parsed = parseHostsToml(text, directory, rulesOf(version))
  return parsed.accepted && parsed.hosts[0] !== undefined && isTarget(parsed.hosts[0], target, files)
}

/** The line of kind's documentation, and the authority where there is one: a path beside the file. */
const hostsToml = (target: Target): string => `[host."${endpointOf(target)}"]\n${target.authority === undefined ? '' : '  ca = "ca.crt"\n'}`

/** Nothing but this registry, be it in another protocol: what an earlier set-up, or kind's script, has written. */
function isOwnForm(text: string, { address }: Target): boolean {
  const [first, ...rest] = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  const isRegistry = first === `[host."http://${address}"]` || first === `[host."https://${address}"]`
  return isRegistry && rest.every((line) => line === 'ca = "ca.crt"')
}

/** A file of a node as it is to be; no step where it is so already. */
export function putFile(node: string, files: Files, path: string, content: string): Step[] {
  const found = files.find(path)
  if ('unseen' in found) throw new Error(`${path} of ${node} was not looked at`)
  const expect = 'entry' in found && found.entry.type === 'file' ? found.entry.sha256 : null
  return expect === sha256(content) ? [] : [{ op: 'file.put', node, path, content, expect }]
}
