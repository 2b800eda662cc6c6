import { parseContainerdVersion, type ContainerdVersion } from '../../../containerd/versions.ts'

/**
 * containerd of the default node image of kind's releases, the newest first; one that is between two has that of the earlier.
 * Source: kind, pkg/apis/config/defaults/image.go and images/base/Dockerfile at the tags.
 */
const releases: readonly (readonly [minor: number, containerd: string])[] = [
  [33, '2.3.4'],
  [32, '2.3.1'],
  [31, '2.2.0'],
  [30, '2.1.4'],
  [29, '2.1.1'],
  [28, '2.1.0'],
  [27, '2.0.2'],
  [20, '1.7.1'],
]

/**
 * containerd in the nodes that a kind makes where it is told no image.
 * @param told the output of `kind version`: `kind v0.31.0 go1.25.5 linux/amd64`
 * @returns null where that is not known
 */
export function containerdOfKind(told: string): ContainerdVersion | null {
  const [, minor] = /\bv?0\.(\d+)\.\d+/.exec(told) ?? []
  const found = releases.find(([first]) => Number(minor) >= first)
  return found ? parseContainerdVersion(found[1]) : null
}
