/** A containerd version as far as its rules depend on it. */
export interface ContainerdVersion {
  readonly major: number
  readonly minor: number
  readonly patch: number
  /** `2.1.4`, `2.1.5-k3s1`: as shown to people. */
  readonly text: string
  /** k3s ships a fork with rules of its own. */
  readonly k3s: boolean
}

/**
 * Reads a version from `containerd --version`, from a node's `containerd://2.1.4` or a plain version.
 * @returns null where the text holds none
 */
export function parseContainerdVersion(text: string): ContainerdVersion | null {
  const found = /(?:^|[\s/v])(\d+)\.(\d+)\.(\d+)((?:[-~+.][\w.~+-]*)?)(?=\s|$)/.exec(text)
  if (!found) return null
  const [, major, minor, patch, suffix = ''] = found
  return {
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch),
    text: `${major}.${minor}.${patch}${suffix}`,
    k3s: /-k3s\d+/.test(suffix),
  }
}

/** Whether a version is the given one or later. */
export function atLeast(version: ContainerdVersion, major: number, minor: number, patch = 0): boolean {
  const [a, b] = [
    [version.major, version.minor, version.patch],
    [major, minor, patch],
  ] as const
  for (let index = 0; index < 3; index++) if (a[index] !== b[index]) return a[index]! > b[index]!
  return true
}
