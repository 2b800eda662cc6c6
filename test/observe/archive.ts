import { pack, type Header } from 'tar-stream'

export type ArchiveEntry = Partial<Header> & { name: string; content?: string | Buffer }

/** A tar archive as the engine would send it. */
export async function archiveOf(entries: readonly ArchiveEntry[]): Promise<Buffer> {
  const writer = pack()
  for (const { content, ...header } of entries) {
    if (content === undefined) writer.entry({ type: header.linkname === undefined ? 'directory' : 'symlink', ...header })
    else writer.entry(header, content)
  }
  writer.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of writer) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
