/** What the model says of a row: the same form as what was recorded. */
import { fetchImage } from '../../../src/containerd/fetch.ts'
import { filesOf } from '../../../src/containerd/files.ts'
import { kubeletText } from '../../../src/containerd/kubelet-text.ts'
import { pullPlan } from '../../../src/containerd/pull-plan.ts'
import { resolveImage } from '../../../src/containerd/resolve.ts'
import { rulesOf } from '../../../src/containerd/version-rules.ts'
import type { ContainerdVersion } from '../../../src/containerd/versions.ts'
import type { FileEntry, FileTree } from '../../../src/model/observation.ts'
import type { Row } from './axes.ts'
import { certsDFiles } from './certs-d.ts'
import { noEnd } from './cri.ts'
import { mediaTypes, tinyImage } from './image.ts'
import { normalised } from './normalise.ts'
import { requestsOf, type Result } from './record.ts'
import { settingsOf } from './settings.ts'
import { imageForms } from './sites.ts'
import { NoEnd, World } from './world.ts'

export function predicted(version: ContainerdVersion, row: Row, number: number): Result {
  const image = tinyImage(number)
  return normalised(predict(version, row, image), image)
}

function predict(version: ContainerdVersion, row: Row, image: ReturnType<typeof tinyImage>): Result {
  const name = imageForms[row.image].image.replace('DIGEST', image.digest)
  const rules = rulesOf(version)
  const plan = pullPlan(version, settingsOf[row.config], filesOf(looksOf(row)), name)
  if (plan.kind !== 'plan') throw new Error(plan.image.reason)
  const { path, endpoints, image: reference } = plan
  if (path.path === 'none') return { requests: [], error: path.text }
  const shown = (text: string): string => text.replace(/^Failed to pull image "[^"]*": /, '')
  if (endpoints.kind === 'error')
    return { requests: [], error: shown(kubeletText(name, reference, { text: endpoints.text, code: 'Unknown' }, path.path, { rules })) }
  if (endpoints.kind !== 'endpoints') throw new Error(endpoints.kind)

  const outcome = (world: World): Result => {
    const resolved = resolveImage(reference, endpoints.endpoints, rules, world.ask)
    const requests = (): string[] => requestsOf(world.seen)
    if (resolved.outcome === 'fails')
      return { requests: requests(), error: shown(kubeletText(name, reference, resolved.error, path.path, { rules })) }
    const blobs = [
      { digest: image.config, mediaType: mediaTypes.config },
      { digest: image.layer, mediaType: mediaTypes.layer },
    ]
    const contents = { manifest: image.digest, blobs }
    const fetched = fetchImage(reference, endpoints.endpoints, contents, rules, world.ask)
    if (fetched.outcome === 'ok') return { requests: requests() }
    return { requests: requests(), error: shown(kubeletText(name, reference, fetched.error, path.path, { rules, fetching: true })) }
  }
  // The transfer service only looks at the progress of what it fetches.
  const world = new World(row, image, path.path === 'local')
  try {
    return outcome(world)
  } catch (error) {
    if (error instanceof NoEnd) return { requests: requestsOf(world.seen), error: noEnd }
    throw error
  }
}

function looksOf(row: Row): { path: string; answer: FileTree }[] {
  return ['/etc/containerd', '/etc/docker'].map((root) => {
    const entries: Record<string, FileEntry> = { [root]: { type: 'dir' } }
    for (const [path, content] of Object.entries(certsDFiles(row))) {
      if (!path.startsWith(`${root}/`)) continue
      const parts = path.split('/')
      for (let count = root.split('/').length + 1; count < parts.length; count++)
        entries[parts.slice(0, count).join('/')] ??= { type: 'dir' }
      entries[path] = fileOf(content)
    }
    return { path: root, answer: { entries } }
  })
}

function fileOf(content: string): FileEntry {
  const file = { type: 'file', sha256: '' } as const
  if (content !== '@ca') return { ...file, size: Buffer.byteLength(content), text: content }
  const certificate = { subject: '', issuer: '', names: [], notBefore: '', notAfter: '', sha256: '', publicKeySha256: '' }
  return { ...file, size: 1, certificates: [certificate] }
}
