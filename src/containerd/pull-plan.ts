import { endpointsOf, mirrorEndpoints, type Endpoints } from './endpoints.ts'
import type { Files } from './files.ts'
import { parseImageReference, type ImageReference, type InvalidImage } from './image-reference.ts'
import { pullPath, type PullPath, type PullSettings } from './pull-path.ts'
import { rulesOf } from './version-rules.ts'
import type { ContainerdVersion } from './versions.ts'

/** What containerd will do to pull an image, before anything is asked. */
export type PullPlan =
  | { readonly kind: 'invalid-image'; readonly image: InvalidImage }
  | { readonly kind: 'plan'; readonly image: ImageReference; readonly path: PullPath; readonly endpoints: Endpoints }

/**
 * The endpoints that containerd of this version, with these settings and these files, will try for an image, in its order.
 * Each part says where in containerd its rules stand.
 */
export function pullPlan(version: ContainerdVersion, settings: PullSettings, files: Files, image: string): PullPlan {
  const reference = parseImageReference(image)
  if ('error' in reference) return { kind: 'invalid-image', image: reference }
  const path = pullPath(version, settings)
  return { kind: 'plan', image: reference, path, endpoints: endpoints(version, settings, files, reference, path) }
}

function endpoints(
  version: ContainerdVersion,
  { mirrors = {} }: PullSettings,
  files: Files,
  { registryHost }: ImageReference,
  path: PullPath,
): Endpoints {
  const rules = rulesOf(version)
  if (path.path === 'none') return { kind: 'error', text: path.text }
  if (path.endpointsFrom === 'mirrors') return mirrorEndpoints(registryHost, mirrors, rules)
  return endpointsOf(registryHost, path.roots, files, rules)
}
