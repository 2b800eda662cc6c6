import { filesOf, type Files } from '../containerd/files.ts'
import type { Look } from '../model/observation.ts'

/** containerd's directory of a node: its configuration and, as a rule, certs.d; one look for all. */
export const containerdDirectory = '/etc/containerd'

/** That of k3s, which writes it at every start (k3s, pkg/agent/config/config.go). */
export const k3sContainerdDirectory = '/var/lib/rancher/k3s/agent/etc/containerd'

/** Where each provider's nodes keep the configuration of containerd. */
export const containerdDirectoryOf = { kind: containerdDirectory, k3d: k3sContainerdDirectory } as const

/** The files of a node below these paths. One look per path that lies in no other. */
export async function nodeFiles(look: Look, node: string, paths: readonly string[]): Promise<Files> {
  const tops = [...new Set(paths)].filter((path) => !paths.some((other) => other !== path && path.startsWith(`${other}/`)))
  return filesOf(await Promise.all(tops.map(async (path) => ({ path, answer: await look('node.files', { node, path }) }))))
}

/** The text of a file; null where there is no such file, or none with text. */
export function textOf(files: Files, path: string): string | null {
  const found = files.find(path)
  return 'entry' in found && found.entry.type === 'file' ? (found.entry.text ?? null) : null
}

/** The hash of a file; null where there is none. */
export function hashOf(files: Files, path: string): string | null {
  const found = files.find(path)
  return 'entry' in found && found.entry.type === 'file' ? found.entry.sha256 : null
}

/** What a repair must know of files that are there: their text and hash. */
export function fileFacts(files: Files, ...paths: string[]): { [path: string]: { sha256: string; text: string | null } } {
  return Object.fromEntries(
    paths.flatMap((path) => {
      const found = files.find(path)
      return 'entry' in found && found.entry.type === 'file' ? [[path, { sha256: found.entry.sha256, text: found.entry.text ?? null }]] : []
    }),
  )
}
