import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** Packages of which types are part of the library's own: their declarations are shipped along, as their code is. */
const vendored = { valibot: 'dist/index.d.mts' }

const imported = /((?:from|import)\s*\(?\s*)(['"])([^'"\n]+)\2/g

/**
 * Copies the declarations that tsc wrote to `from` to `to`, complete and without the rest: what index.d.ts leads to,
 * with imports of bundled packages leading to a copy of their declarations. Any other package is an error,
 * because who installs registry-doctor does not have it and would get `any`.
 */
export function copyTypes(from: string, to: string, directory: string): void {
  const seen = new Set<string>()
  const copy = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    const here = dirname(relative(from, file))
    const text = readFileSync(file, 'utf8').replace(imported, (_match, before: string, quote: string, name: string) => {
      const own = name.startsWith('.') ? declarationOf(resolve(dirname(file), name)) : null
      if (own !== null) copy(own)
      const target = own === null ? vendor(name, to, directory) : relative(from, own)
      if (target === null) throw new Error(`${relative(from, file)} needs the types of ${name}, which nobody who installs this has`)
      const path = relative(here, target)
        .replaceAll('\\', '/')
        .replace(/\.d\.ts$/, '.js')
      return `${before}${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`
    })
    mkdirSync(join(to, here), { recursive: true })
    writeFileSync(join(to, relative(from, file)), text)
  }
  copy(join(from, 'index.d.ts'))
}

const declarationOf = (path: string): string | null => {
  const file = path.replace(/\.[tj]s$/, '.d.ts')
  return existsSync(file) ? file : null
}

/** Half of a package's declarations tells its own users how to use it. */
const withoutDocumentation = (text: string): string => text.replace(/^[ \t]*\/\*\*[^]*?\*\/\n/gm, '')

/** Puts the declarations of a bundled package into `to`, and tells where; null where it is not one. */
function vendor(name: string, to: string, directory: string): string | null {
  if (!Object.hasOwn(vendored, name)) return null
  const place = join('vendor', `${name}.d.ts`)
  mkdirSync(join(to, 'vendor'), { recursive: true })
  const text = readFileSync(join(directory, 'node_modules', name, vendored[name as keyof typeof vendored]), 'utf8')
  writeFileSync(join(to, place), withoutDocumentation(text))
  return place
}
