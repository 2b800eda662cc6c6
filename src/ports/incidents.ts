import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync } from 'node:zlib'

/** A recorded real incident that is shipped with the tool. */
export interface Incident {
  readonly name: string
  /** One line about what had happened. */
  readonly title: string
  /** The text of its bundle. */
  readonly bundle: () => string
}

/** The shipped incidents, sorted by name: of a checkout its folder, of an installed package the file that its build made of it. */
export function listIncidents(): Incident[] {
  const root = packageRoot()
  const folder = join(root, 'incidents')
  return (existsSync(folder) ? inFolder(folder) : inFile(join(root, 'dist', 'incidents.json.br'))).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )
}

interface About {
  readonly title: string
}

const inFolder = (folder: string): Incident[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((one) => one.isDirectory())
    .map(({ name }) => {
      const { title } = JSON.parse(readFileSync(join(folder, name, 'about.json'), 'utf8')) as About
      return { name, title, bundle: () => readFileSync(join(folder, name, 'bundle.json'), 'utf8') }
    })

function inFile(file: string): Incident[] {
  const text = brotliDecompressSync(readFileSync(file)).toString('utf8')
  const all = JSON.parse(text) as { readonly name: string; readonly about: About; readonly bundle: unknown }[]
  return all.map(({ name, about, bundle }) => ({ name, title: about.title, bundle: () => JSON.stringify(bundle) }))
}

function packageRoot(): string {
  for (let at = dirname(fileURLToPath(import.meta.url)); ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return at
    if (dirname(at) === at) throw new Error('the root of this package is not to be found')
  }
}
