/** The containerds that are asked, and where their sources are. */
import { containerd as labProgram } from '../../programs.ts'
import { containerdVersions } from '../../versions.ts'

/** Oldest first; the newest of each branch that the project knows, and the first one where a branch changed. */
export const versions = ['1.7.23-k3s2', '1.7.34', '2.0.14', '2.1.4', '2.1.5-k3s1', '2.2.0', '2.2.7', '2.3.4', '2.4.2'] as const

export interface Sources {
  readonly module: string
  readonly version: string
}

export function sourcesOf(version: string): Sources {
  const owner = version.includes('-k3s') ? 'k3s-io' : 'containerd'
  return { module: `github.com/${owner}/containerd${version.startsWith('1.') ? '' : '/v2'}`, version: `v${version}` }
}

/** The lab's own build of a version, where it has one. */
export function labBuild(version: string): ReturnType<typeof labProgram> | undefined {
  const known = containerdVersions.find((one) => one.version === version)
  return known && labProgram(known)
}

const dayLength = 86_400_000

/** Another version each day, so that all are asked in turn. */
export function versionOfDay(date: Date): string {
  const day = Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / dayLength)
  return versions[day % versions.length]!
}
