import { readFileSync } from 'node:fs'
import { keyEntry } from '../../lab/conformance/hosts-toml/plan-line.ts'
import { parseContainerdVersion, type ContainerdVersion } from '../../src/containerd/versions.ts'
import type { FileEntry, FileTree } from '../../src/model/observation.ts'

/** Contents that stand for what a file holds; anything else is its text. */
function entryOf(content: string): FileEntry {
  if (content === '@dir') return { type: 'dir' }
  if (content.startsWith('@link ')) return { type: 'link', target: content.slice('@link '.length) }
  if (/^@(?:ca|cert|key|pair)$/.test(content)) return keyEntry(content)
  return { type: 'file', size: Buffer.byteLength(content), sha256: '', text: content }
}

/** A node's files below a path, from their relative paths. */
export function treeOf(root: string, files: { readonly [path: string]: string }): FileTree {
  const entries: Record<string, FileEntry> = { [root]: { type: 'dir' } }
  for (const [path, content] of Object.entries(files)) {
    const parts = path.split('/')
    for (let count = 1; count < parts.length; count++) entries[[root, ...parts.slice(0, count)].join('/')] ??= { type: 'dir' }
    entries[`${root}/${path}`] = entryOf(content)
  }
  return { entries }
}

/** fixtures/containerd/README.md tells what these are and how they were made. */
export const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../fixtures/containerd/${name}`, import.meta.url), 'utf8')) as unknown

export const version = (text: string): ContainerdVersion => parseContainerdVersion(text)!
