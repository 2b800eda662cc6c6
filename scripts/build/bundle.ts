import { build, type Metafile } from 'esbuild'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { versionOf } from '../root.ts'
import { lean } from './lean.ts'
import { bundledPackages, licencesOf } from './licences.ts'

export interface BundleSummary {
  readonly files: number
  readonly bytes: number
  /** What is read before the command line knows what it was asked for: all that `--version` costs. */
  readonly startBytes: number
  readonly packages: number
}

/** More than this before the first dynamic import means that something heavy is imported by the entry itself. */
const startLimitBytes = 8_000

/**
 * Bundles the command line and the library of the package in `directory` into `out`, with the licences of what went in.
 * Each dynamic import becomes a file of its own, so that a run loads only the adapters that it uses.
 */
export async function bundle(directory: string, out: string): Promise<BundleSummary> {
  const { metafile } = await build({
    absWorkingDir: directory,
    entryPoints: { cli: 'src/cli/main.ts', index: 'src/index.ts' },
    outdir: out,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Names stay as they are, so that a stack trace says something; and an error prints the line it is in.
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: 160,
    legalComments: 'none',
    define: { __VERSION__: JSON.stringify(versionOf(directory)) },
    plugins: [lean],
    metafile: true,
    logLevel: 'warning',
  })
  const outputs = Object.keys(metafile.outputs)
  completeCommonJs(outputs.map((file) => join(directory, file)))
  writeFileSync(join(out, 'THIRD_PARTY_LICENSES.txt'), licencesOf(metafile, directory))
  const startBytes = startCost(metafile, relative(directory, join(out, 'cli.js')))
  if (startBytes > startLimitBytes)
    throw new Error(
      `dist/cli.js imports ${startBytes} bytes before it knows what is asked; ${startLimitBytes} are allowed: load it dynamically`,
    )
  return {
    files: outputs.length,
    bytes: Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0),
    startBytes,
    packages: bundledPackages(metafile).length,
  }
}

/** What CommonJS packages find in every file, and modules have not: given to the files that ask for it. */
const missing = [
  { asks: /\bvar __require\s*=/, gift: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
  { asks: /\b__dirname\b/, gift: 'const __dirname=import.meta.dirname;' },
]

function completeCommonJs(files: readonly string[]): void {
  for (const file of files) {
    const text = readFileSync(file, 'utf8')
    const gifts = missing.filter(({ asks }) => asks.test(text)).map(({ gift }) => gift)
    if (gifts.length > 0) writeFileSync(file, gifts.join('') + text)
  }
}

/** The size of a file with all that it imports other than dynamically. */
function startCost({ outputs }: Metafile, entry: string): number {
  const seen = new Set<string>()
  const visit = (file: string): number => {
    const output = outputs[file]
    if (!output || seen.has(file)) return 0
    seen.add(file)
    const imported = output.imports.filter(({ kind, external }) => kind !== 'dynamic-import' && !external)
    return imported.reduce((sum, { path }) => sum + visit(path), output.bytes)
  }
  return visit(entry)
}
