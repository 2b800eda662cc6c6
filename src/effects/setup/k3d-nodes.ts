import type { Files } from '../../containerd/files.ts'
import { fileFacts, textOf } from '../../derive/node-files.ts'
import { leadsTo } from '../../derive/k3s-repair.ts'
import type { NodeK3s } from '../../derive/node-k3s.ts'
import { isGenerated } from '../../derive/rendered-files.ts'
import { readRegistriesYaml } from '../../k3s/registries-yaml.ts'
import { renderRegistriesYaml, type Rendered } from '../../k3s/render.ts'
import type { Step } from '../../model/finding.ts'
import { putFile } from './kind-nodes.ts'
import { lineEdit } from './line-edit.ts'
import { SetupRefusal } from './options.ts'
import { registriesYamlFor } from './registries-yaml.ts'
import { endpointOf, isLed, type HostPlan, type Target } from './target.ts'

/** A node of k3d: what k3s was told there, and its plan for an image of each registry host. */
export interface K3dNode {
  readonly node: string
  readonly k3s: NodeK3s
  /** Looked at where `authorityPath` is. */
  readonly authorityFiles: Files
  readonly plans: readonly HostPlan[]
}

/**
 * What leads a node of k3d to the registry: registries.yaml, which counts at the next start, and the hosts.toml files that k3s
 * makes of it, which count at once. Pure.
 * @throws SetupRefusal where something else is said there
 */
export function k3dSteps({ node, k3s, plans, authorityFiles }: K3dNode, target: Target): Step[] {
  const containerd = plans[0]?.containerd
  if (containerd === undefined) return []
  const authority = authorityOf(target)
  const authoritySteps = authority ? putFile(node, authorityFiles, authority.path, authority.text) : []
  const hosts = plans.map((one) => one.registryHost)
  const yaml = yamlSteps(node, k3s, hosts, target)
  const { rendered } = yaml
  // k3s of before 2024 writes config.toml, which containerd reads at its start alone.
  if (rendered.kind !== 'certs.d')
    return [...authoritySteps, ...yaml.steps, ...(yaml.steps.length > 0 ? [{ op: 'container.restart', container: node } as const] : [])]
  const root = containerd.path.path === 'none' ? undefined : containerd.path.roots[0]
  if (root === undefined)
    throw new SetupRefusal(
      'config-path-missing',
      `containerd on ${node} reads no hosts.toml: a config.toml.tmpl of your own leaves config_path out; let it begin with {{ template "base" . }}`,
    )
  const files = plans.flatMap((plan) => (isLed(plan, target) ? [] : renderedFile(node, plan, root, rendered)))
  return [...authoritySteps, ...yaml.steps, ...files]
}

/** Where the authority's certificate lies on a node of k3d. */
export const authorityPath = ({ address }: Pick<Target, 'address'>): string => `/etc/rancher/k3s/${address.replace(/:\d+$/, '')}-ca.crt`

const authorityOf = (target: Target): { path: string; text: string } | undefined =>
  target.authority === undefined ? undefined : { path: authorityPath(target), text: target.authority }

function yamlSteps(
  node: string,
  { registriesYaml: path, text, yaml, settings, files, rendered: now }: NodeK3s,
  hosts: readonly string[],
  target: Target,
): { readonly steps: Step[]; readonly rendered: Rendered } {
  if (now.kind === 'refused') throw new SetupRefusal('registries-yaml-invalid', `k3s on ${node} refuses ${path}: ${now.reason}`)
  const read = readRegistriesYaml(yaml)
  const mirrors = read.kind === 'refused' ? {} : read.mirrors
  const endpoint = endpointOf(target)
  const missing = hosts.filter((host) => !leadsTo(now, host, endpoint) && !isMirrored(mirrors[host]?.endpoints, endpoint))
  const other = missing.find((host) => (mirrors[host]?.endpoints.length ?? 0) > 0)
  if (other !== undefined)
    throw new SetupRefusal(
      'registries-yaml-differs',
      `${path} on ${node} leads ${other} to ${mirrors[other]!.endpoints.map((one) => one.value).join(', ')}, and not to ${endpoint}: it is left as it is; correct it and run this again`,
    )
  const ca = target.authority === undefined ? undefined : authorityPath(target)
  const trusted = ca === undefined || (read.kind !== 'refused' && read.configs[target.address]?.tls?.caFile === ca)
  if (missing.length === 0 && trusted) return { steps: [], rendered: now }
  // Marks of secrets would be read as lists; as words they stay what they are.
  const before = text === null ? null : yaml
  const after = registriesYamlFor(before, missing, target.address, endpoint, trusted ? undefined : ca)
  if (after === null) throw new SetupRefusal('registries-yaml-invalid', `${path} on ${node} cannot be added to: it is no mapping`)
  const rendered = renderRegistriesYaml(after, settings)
  if (rendered.kind === 'refused')
    throw new SetupRefusal('registries-yaml-invalid', `k3s would refuse ${path} on ${node}: ${rendered.reason}`)
  return { steps: [edit(node, path, text, before, after, fileFacts(files, path)[path]?.sha256 ?? null)], rendered }
}

const isMirrored = (endpoints: readonly { readonly value: string }[] | undefined, endpoint: string): boolean =>
  endpoints?.[0]?.value.replace(/\/(?:v2\/?)?$/, '') === endpoint

function edit(node: string, path: string, text: string | null, before: string | null, after: string, expect: string | null): Step {
  if (before === null || expect === null || text === before) return { op: 'file.put', node, path, content: after, expect }
  const lines = lineEdit(before, after)
  if (lines.insert.some((line) => line.includes('redacted-')))
    throw new SetupRefusal('registries-yaml-secrets', `${path} on ${node} holds secrets between which lines would have to be written`)
  return { op: 'file.splice', node, path, ...lines, expect }
}

/** The hosts.toml of one registry host as k3s will write it, where what is there is of k3s. */
function renderedFile(node: string, { registryHost, containerd }: HostPlan, root: string, rendered: Rendered): Step[] {
  const content = rendered.kind === 'certs.d' ? rendered.files[`${registryHost}/hosts.toml`] : undefined
  if (content === undefined) return []
  const path = `${root.replace(/\/+$/, '')}/${registryHost}/hosts.toml`
  const text = textOf(containerd.files, path)
  if (text !== null && text.trim() !== '' && !isGenerated(text) && text !== content)
    throw new SetupRefusal(
      'hosts-toml-differs',
      `${path} on ${node} was not written by k3s and leads elsewhere: take it away and run this again`,
    )
  return putFile(node, containerd.files, path, content)
}
