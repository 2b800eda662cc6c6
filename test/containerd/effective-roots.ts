import { pullPath } from '../../src/containerd/pull-path.ts'
import { pullSettingsOf, type FoundPullSettings } from '../../src/containerd/pull-settings.ts'
import { parseContainerdVersion } from '../../src/containerd/versions.ts'

/** The roots that a version searches with this config.toml, and what was found in it. */
export function effective(text: string, containerd: string): FoundPullSettings & { readonly roots: readonly string[] } {
  const version = parseContainerdVersion(containerd)!
  const found = pullSettingsOf(
    version,
    'c',
    (file) => (file === 'c' ? text : null),
    () => [],
  )
  const path = pullPath(version, found.settings)
  return { ...found, roots: path.path === 'none' ? [] : path.roots }
}
