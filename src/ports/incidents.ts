import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A recorded real incident that is shipped with the tool. */
export interface Incident {
  readonly name: string
  /** One line about what had happened. */
  readonly title: string
  readonly bundlePath: string
}

/** The shipped incidents, sorted by name. The folder lies at the root of the package, whether built or not. */
export function listIncidents(): Incident[] {
  const folder = findFolder()
  return readdirSync(folder, { withFileTypes: true })
    .filter((one) => one.isDirectory())
    .map(({ name }) => {
      const { title } = JSON.parse(readFileSync(join(folder, name, 'about.json'), 'utf8')) as { title: string }
      return { name, title, bundlePath: join(folder, name, 'bundle.json') }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function findFolder(): string {
  for (let at = dirname(fileURLToPath(import.meta.url)); ; at = dirname(at)) {
    const folder = join(at, 'incidents')
    if (existsSync(join(at, 'package.json')) && existsSync(folder)) return folder
    if (dirname(at) === at) throw new Error('the folder "incidents" of this package is missing')
  }
}
