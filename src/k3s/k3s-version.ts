/** A k3s version as far as its rules depend on it. */
export interface K3sVersion {
  readonly major: number
  readonly minor: number
  readonly patch: number
  /** The number in `+k3s1`; the last there is where it is not told. */
  readonly build: number
}

/** Reads `v1.34.1+k3s1`, also as image tags have it (`v1.34.1-k3s1`) and without the end; null where it is no version. */
export function parseK3sVersion(text: string): K3sVersion | null {
  const found = /^v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})(?:-(?:rc|alpha|beta)\.?\d+)?(?:[+-]k3s(\d{0,4})(?:-[\w.-]+)?)?$/.exec(text)
  if (!found) return null
  const [major, minor, patch] = found.slice(1, 4).map(Number) as [number, number, number]
  return { major, minor, patch, build: found[4] ? Number(found[4]) : Infinity }
}

/** What k3s makes of a registries.yaml, as far as that changed from version to version. */
export interface K3sRules {
  /** Where mirrors go: a certs.d tree, or config.toml with the CRI plugin named as in version 1 or 2 of that file. */
  readonly mirrorsIn: 'certs.d' | 'config.toml v2' | 'config.toml v1'
  /** How mirrors and configs become hosts.toml files: see earlier-hosts.ts and hosts.ts. */
  readonly hosts: 'first' | 'second' | 'today'
  /** There is a line `[host]`, without which containerd 1.7 rejects a file that has no mirror. */
  readonly hostTable: boolean
  /** Empty lines are taken out. */
  readonly trimmed: boolean
  /** Several colons in the host of an endpoint are an error. */
  readonly strictColons: boolean
}

/**
 * The first release of each branch that has something; branches behind the last one have it too.
 * Source: k3s-io/docs, release notes; k3s-io/k3s, pull requests 6267, 8973, 9323, 9556, 9853, 11693.
 */
const since = {
  configVersion2: ['1.23.14', '1.24.8', '1.25.4', '1.26.0'],
  certsD: ['1.26.13', '1.27.10', '1.28.6', '1.29.1'],
  normalised: ['1.26.13+k3s2', '1.27.10+k3s2', '1.28.6+k3s2', '1.29.1+k3s2'],
  rootSettings: ['1.26.15', '1.27.12', '1.28.8', '1.29.3'],
  hostTable: ['1.27.13', '1.28.9', '1.29.4'],
  trimmed: ['1.29.14', '1.30.10', '1.31.6', '1.32.2'],
  // Written for Go 1.26.
  strictColons: ['1.36.0'],
} as const satisfies { readonly [what: string]: readonly string[] }

/** The rules of a version; the newest where none is given, or one that is newer than all that is known. */
export function k3sRules(version: K3sVersion | null): K3sRules {
  const is = (what: keyof typeof since): boolean => version === null || has(version, since[what])
  return {
    mirrorsIn: is('certsD') ? 'certs.d' : is('configVersion2') ? 'config.toml v2' : 'config.toml v1',
    hosts: is('rootSettings') ? 'today' : is('normalised') ? 'second' : 'first',
    hostTable: is('hostTable'),
    trimmed: is('trimmed'),
    strictColons: is('strictColons'),
  }
}

function has(version: K3sVersion, firsts: readonly string[]): boolean {
  const branches = firsts.map((first) => first.split(/\.|\+k3s/).map(Number) as [number, number, number, number?])
  const own = branches.find(([major, minor]) => major === version.major && minor === version.minor)
  if (own) return version.patch > own[2] || (version.patch === own[2] && version.build >= (own[3] ?? 0))
  const [major, minor] = branches.at(-1)!
  return version.major > major || (version.major === major && version.minor > minor)
}
