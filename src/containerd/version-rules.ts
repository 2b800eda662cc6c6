import { parseContainerdVersion, type ContainerdVersion } from './versions.ts'

/** How the default endpoint of a registry host that is the machine itself is asked. */
export type LocalhostRule =
  /** Like any other: HTTPS. Before 1.6.9. */
  | 'https'
  /** HTTP, and whatever certificate there is. 1.6.9 to 1.6.24, 1.7.0 to 1.7.6. */
  | 'http'
  /** HTTPS first on every port, with the fallback below. 1.7.7. */
  | 'https-first'
  /** HTTPS alone without a port or on 443, HTTP alone on 80, HTTPS first on any other. */
  | 'by-port'

/** When an endpoint with `http://` and a TLS setting is asked over HTTPS first. */
export type FallbackRule = 'never' | 'always' | 'other-port' | 'not-port-80'

export interface VersionRules {
  /** The release of the TOML library, go-toml. */
  readonly toml: '1.9' | '2.2' | '2.3' | '2.4'
  /** A hosts.toml without a `host` table is rejected. */
  readonly needsHostTable: boolean
  readonly dialTimeout: 'unknown' | 'counts-as-tls' | 'known'
  readonly referrers: boolean
  /** `_default` is looked up. */
  readonly defaultDirectory: boolean
  readonly localhost: LocalhostRule
  readonly fallback: FallbackRule
  /** The fallback is also taken where the TLS handshake times out. */
  readonly fallbackOnHandshakeTimeout: boolean
  /** The fallback is also taken where a host without a port refuses or does not answer. */
  readonly fallbackOnRefusedDefaultPort: boolean
  /** An endpoint that fell back once is asked over HTTP from then on. */
  readonly stickyFallback: boolean
  /** Several colons in a URL's host are an error (Go 1.26). */
  readonly strictColons: boolean
  /** k3s' fork: without `server` a file with hosts has no default endpoint. */
  readonly defaultNeedsServer: boolean
  readonly rewrite: boolean
  /** The CRI pulls through the transfer service unless a setting forbids it. */
  readonly transferService: boolean
  /** The default of config_path. */
  readonly defaultConfigPath: string
  /** Which error of several is reported. */
  readonly errorChoice: 'first-but-not-found' | 'by-rank'
  /** `blobs` is not tried after an error that says more than "not found". */
  readonly blobsOnlyAfterNotFound: boolean
  /** 500, 503 and 504 of the last host are asked for once more. */
  readonly retriesServerErrors: boolean
  /** A HEAD that is forbidden is followed by a GET for its text: always, or only where its error is the one reported. */
  readonly getAfterForbidden: 'never' | 'where-reported' | 'always'
  /** Time-outs and cut connections are tried again on the last host. */
  readonly retriesTransport: boolean
  /** How often one endpoint may be asked for one thing in all. */
  readonly maxRequests: number
  /** A GET in place of a HEAD without digest fails on an error status; before, the error's text passed for a manifest. */
  readonly checksManifestStatus: boolean
  readonly statusText: 'pulling' | 'unexpected'
  /** The words for an error status of what is fetched: of their own, or those of `statusText`. */
  readonly fetchStatusText: 'code' | 'status'
  /** The CRI hides the values of queries in the URLs of errors that no answer came with. */
  readonly redactsQueries: boolean
  /** An error that gets a code passes through Go's Printf, which takes the `%3A` of a URL for a verb without its value. */
  readonly formatsCoded: boolean
  /** A challenge for a password that is not known is an error of its own; before, the status was. */
  readonly deniesBasic: boolean
}

/** The newest version that the rules were proven against. */
export const newestProven = '2.4.2'

/** The same, for what is known without a node that could be asked. */
export const newestVersion = parseContainerdVersion(newestProven)!

/** The first patch of each release branch that has something; a branch behind the last named one has it from its start. */
type Since = readonly string[]

/** Sources: containerd and k3s-io/containerd at the tags named, and the tags before them. */
const since = {
  defaultDirectory: ['1.6.17', '1.7.0'],
  localhostHttp: ['1.6.9', '1.7.0'],
  fallback: ['1.6.25', '1.7.7'],
  localhostByPort: ['1.6.25', '1.7.8'],
  fallbackButPort80: ['1.7.24', '2.0.0'],
  handshakeTimeout: ['1.6.32', '1.7.16'],
  statusText: ['1.6.21', '1.7.0'],
  blobsOnlyAfterNotFound: ['2.0.11', '2.2.7', '2.3.0'],
  getAfterForbidden: ['2.0.11', '2.3.0'],
  optionalHostTable: ['1.7.32', '2.0.0'],
  dialTimeout: ['2.0.7', '2.1.0'],
  dialTimeoutIsNoTls: ['2.1.0'],
  transferService: ['2.1.0'],
  referrers: ['2.2.0'],
  defaultConfigPath: ['2.2.0'],
  toml23: ['2.3.0'],
  toml24: ['2.4.0'],
  plainCoded: ['1.7.25', '2.0.0'],
  redactedQueries: ['1.7.30', '2.0.8', '2.1.6', '2.2.1'],
  attempts: ['2.3.0'],
  go126: ['2.3.0'],
} as const satisfies { readonly [what: string]: Since }

/** Whether a version has something, by the first patch of each branch that has it. */
export function has(version: ContainerdVersion, firsts: Since): boolean {
  const branches = firsts.map((first) => first.split('.').map(Number) as [number, number, number])
  const own = branches.find(([major, minor]) => major === version.major && minor === version.minor)
  if (own) return version.patch >= own[2]
  const [major, minor] = branches.at(-1)!
  return version.major > major || (version.major === major && version.minor > minor)
}

/** The rules of a version; one that is newer than all that is known has the newest. */
export function rulesOf(version: ContainerdVersion): VersionRules {
  const is = (what: keyof typeof since): boolean => has(version, since[what])
  const { k3s } = version
  return {
    toml: version.major < 2 ? '1.9' : is('toml24') ? '2.4' : is('toml23') ? '2.3' : '2.2',
    needsHostTable: !is('optionalHostTable') && !k3s,
    dialTimeout: is('dialTimeoutIsNoTls') ? 'known' : is('dialTimeout') ? 'counts-as-tls' : 'unknown',
    referrers: is('referrers'),
    defaultDirectory: is('defaultDirectory'),
    localhost: is('localhostByPort') ? 'by-port' : is('fallback') ? 'https-first' : is('localhostHttp') ? 'http' : 'https',
    fallback: is('fallbackButPort80') ? 'not-port-80' : is('localhostByPort') ? 'other-port' : is('fallback') ? 'always' : 'never',
    fallbackOnHandshakeTimeout: is('handshakeTimeout'),
    fallbackOnRefusedDefaultPort: is('fallbackButPort80'),
    stickyFallback: is('handshakeTimeout'),
    strictColons: is('go126'),
    defaultNeedsServer: k3s,
    rewrite: k3s,
    transferService: is('transferService'),
    defaultConfigPath: is('defaultConfigPath') ? '/etc/containerd/certs.d:/etc/docker/certs.d' : '',
    errorChoice: version.major < 2 ? 'first-but-not-found' : 'by-rank',
    blobsOnlyAfterNotFound: is('blobsOnlyAfterNotFound'),
    retriesServerErrors: is('transferService'),
    getAfterForbidden: is('attempts') ? 'always' : is('getAfterForbidden') ? 'where-reported' : 'never',
    retriesTransport: is('attempts'),
    maxRequests: is('attempts') ? 5 : 6,
    checksManifestStatus: is('attempts'),
    statusText: is('statusText') ? 'unexpected' : 'pulling',
    fetchStatusText: is('transferService') ? 'status' : 'code',
    redactsQueries: is('redactedQueries'),
    formatsCoded: !is('plainCoded'),
    deniesBasic: is('statusText'),
  }
}
