/** What our code makes of a generated file, in the words of the programs around containerd's own. */
import { endpointsOf, type Endpoint } from '../../../src/containerd/endpoints.ts'
import { filesOf } from '../../../src/containerd/files.ts'
import { rulesOf, type VersionRules } from '../../../src/containerd/version-rules.ts'
import { parseContainerdVersion } from '../../../src/containerd/versions.ts'
import type { CertificateSummary, FileEntry } from '../../../src/model/observation.ts'
import { keyFiles, type GeneratedFile } from './generate.ts'

const root = '/certs.d'

const certificate: CertificateSummary = {
  subject: 'CN=test',
  issuer: 'CN=test',
  names: [],
  notBefore: '',
  notAfter: '',
  sha256: '',
  publicKeySha256: '',
}

export const rulesFor = (containerd: string): VersionRules => rulesOf(parseContainerdVersion(containerd)!)

export const capabilitiesOf = ({ referrers }: VersionRules): string[] => ['pull', 'resolve', 'push', ...(referrers ? ['referrers'] : [])]

export function plannedLine({ host, content, withKeys }: GeneratedFile, rules: VersionRules): string {
  const directory = `${root}/${host}`
  const names = withKeys ? Object.entries(keyFiles) : []
  const entries: Record<string, FileEntry> = {
    [root]: { type: 'dir' },
    [directory]: { type: 'dir' },
    [`${directory}/hosts.toml`]: {
      type: 'file',
      size: content.length,
      sha256: '',
      text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(content),
    },
    ...Object.fromEntries(names.map(([name, stands]) => [`${directory}/${name}`, keyEntry(stands)])),
  }
  const plan = endpointsOf(host, [root], filesOf([{ path: root, answer: { entries } }]), rules)
  if (plan.kind !== 'endpoints') return plan.kind === 'error' ? `error: ${plan.text}` : plan.kind
  const all = capabilitiesOf(rules).join()
  const shown = plan.endpoints.map((endpoint) => endpointLine(endpoint, all))
  const ordered = plan.unordered ? shown.toSorted() : shown
  return `${plan.rejected ? 'rejected, ' : ''}${plan.unordered ? 'in any order, ' : ''}${ordered.join(' | ')}`
}

/** A file of which only this is known: `@ca`, `@cert`, `@key`, or `@pair` for both in one. */
export function keyEntry(stands: string): FileEntry {
  const file = { type: 'file', size: 1, sha256: '' } as const
  return {
    ...file,
    ...(stands !== '@key' && { certificates: [certificate] }),
    ...((stands === '@key' || stands === '@pair') && { holdsPrivateKey: true }),
  }
}

/**
 * An endpoint in the words of the programs around containerd's own.
 * @param all the capabilities of which nothing is said where an endpoint has them all
 */
export function endpointLine(endpoint: Endpoint, all: string): string {
  const { url, capabilities, skipVerify, httpFallback, ca = [], client = [], headers = [], dialTimeout } = endpoint
  return [
    url,
    ...(capabilities.join() === all ? [] : [`[${capabilities.join()}]`]),
    ...(skipVerify ? ['skip'] : []),
    ...(httpFallback ? ['fallback'] : []),
    ...(ca.length > 0 ? [`ca=${ca.join()}`] : []),
    ...(client.length > 0 ? [`client=${client.map((pair) => pair.join('+')).join()}`] : []),
    ...(headers.length > 0 ? [`header=${[...headers].sort().join()}`] : []),
    ...(dialTimeout === undefined ? [] : ['dial']),
  ].join(' ')
}
