import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'

/**
 * Writes all incidents into one file, as `src/ports/incidents.ts` reads it in an installed package: they are much alike, and
 * together take a tenth of what they would as files of their own.
 */
export function packIncidents(root: string, out: string): void {
  const folder = join(root, 'incidents')
  const read = (name: string, file: string): unknown => JSON.parse(readFileSync(join(folder, name, file), 'utf8'))
  const all = readdirSync(folder)
    .sort()
    .map((name) => ({ name, about: read(name, 'about.json'), bundle: read(name, 'bundle.json') }))
  const text = Buffer.from(JSON.stringify(all))
  // A window that holds several of them; the highest quality takes ten times as long for little.
  const params = {
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_QUALITY]: 9,
    [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
  }
  writeFileSync(join(out, 'incidents.json.br'), brotliCompressSync(text, { params }))
}
