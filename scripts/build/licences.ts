import type { Metafile } from 'esbuild'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folders of the packages of which something is in the bundle, in order. */
export function bundledPackages({ outputs }: Metafile): string[] {
  const inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs))
  const folders = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path.replace(/^[a-z]+:/, ''))?.[0] ?? [])
  return [...new Set(folders)].sort((a, b) => (nameIn(a) < nameIn(b) ? -1 : 1))
}

/** The licences of all that is in the bundle, as their authors ask for. Throws where a package states none. */
export function licencesOf(metafile: Metafile, directory: string): string {
  const sections = bundledPackages(metafile).map((folder) => {
    const at = join(directory, folder)
    const about = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as Stated
    const files = readdirSync(at).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file))
    const licence = stated(about)
    if (licence === undefined && files.length === 0) throw new Error(`${about.name} states no licence`)
    const texts = files.sort().map((file) => readFileSync(join(at, file), 'utf8').trim())
    return [`${about.name} ${about.version}${licence ? ` (${licence})` : ''}`, ...texts].join('\n\n')
  })
  const rule = `\n\n${'-'.repeat(80)}\n\n`
  return `registry-doctor's bundle holds parts of these packages.${rule}${sections.join(rule)}\n`
}

interface Stated {
  readonly name: string
  readonly version: string
  readonly license?: string | { readonly type?: string }
  readonly licenses?: readonly { readonly type?: string }[]
}

const stated = ({ license, licenses }: Stated): string | undefined =>
  typeof license === 'string' ? license : (license?.type ?? licenses?.map(({ type }) => type).join(' OR '))

const nameIn = (folder: string): string => folder.slice(folder.lastIndexOf('node_modules/'))
