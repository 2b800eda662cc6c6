import { pack } from 'tar-stream'

/** A file of an archive. */
export interface TarFile {
  readonly name: string
  readonly mode: number
  readonly bytes: Uint8Array
}

/** A tar archive of root's files without a date: equal files give equal bytes. */
export async function tarOf(files: readonly TarFile[]): Promise<Uint8Array> {
  const writer = pack()
  for (const { name, mode, bytes } of files) writer.entry({ name, mode, uid: 0, gid: 0, mtime: new Date(0) }, Buffer.from(bytes))
  writer.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of writer) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
