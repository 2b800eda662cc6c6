import { parseContainerdVersion, type ContainerdVersion } from '../../containerd/versions.ts'
import { parseK3sVersion, type K3sVersion } from '../../k3s/k3s-version.ts'

/**
 * The first k3s of each minor version with another containerd, and that containerd. Source: k3s' release notes.
 */
const firsts: readonly (readonly [k3s: string, containerd: string])[] = [
  ['1.28.0', '1.7.11-k3s2'],
  ['1.29.0', '1.7.11-k3s2'],
  ['1.29.4', '1.7.15-k3s1'],
  ['1.30.0', '1.7.15-k3s1'],
  ['1.30.2', '1.7.17-k3s1'],
  ['1.30.4', '1.7.20-k3s1'],
  ['1.30.6', '1.7.22-k3s1'],
  ['1.31.0', '1.7.20-k3s1'],
  ['1.31.2', '1.7.22-k3s1'],
  ['1.31.3', '1.7.23-k3s2'],
  ['1.31.6', '2.0.2-k3s2'],
  ['1.32.0', '1.7.23-k3s2'],
  ['1.32.2', '2.0.2-k3s2'],
  ['1.32.3', '2.0.4-k3s2'],
  ['1.32.5', '2.0.5-k3s1'],
  ['1.32.9', '2.1.4-k3s1'],
  ['1.32.10', '2.1.5-k3s1'],
  ['1.33.0', '2.0.4-k3s2'],
  ['1.33.6', '2.1.5-k3s1'],
  ['1.34.0', '2.1.4-k3s1'],
  ['1.35.3', '2.2.3-k3s1'],
  ['1.36.2', '2.3.2-k3s2'],
]

const known = firsts.map(([k3s, containerd]) => ({ k3s: parseK3sVersion(k3s)!, containerd: parseContainerdVersion(containerd)! }))

/** The containerd of the newest k3s that is known. */
export const newestContainerd = known.at(-1)!.containerd

/** The containerd that a k3s ships; of a version that is not known, that of the nearest one before it. */
export function containerdOf(k3s: string): ContainerdVersion {
  const own = parseK3sVersion(k3s)
  const before = own === null ? known : known.filter((one) => compare(one.k3s, own) <= 0)
  return (before.at(-1) ?? known[0]!).containerd
}

/** `v1.31.4+k3s1`, from such a text or the tag of an image, where `+` is `-`; null where it is no version. */
export const k3sVersionOf = (text: string): string | null => (parseK3sVersion(text) === null ? null : text.replace(/-(?=k3s)/, '+'))

const compare = (a: K3sVersion, b: K3sVersion): number => a.major - b.major || a.minor - b.minor || a.patch - b.patch
