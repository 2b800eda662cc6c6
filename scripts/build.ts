import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundle, type BundleSummary } from './build/bundle.ts'
import { packIncidents } from './build/incidents.ts'
import { copyTypes } from './build/types.ts'
import { root } from './root.ts'

/**
 * `npm run build`: dist/ anew, JavaScript and types. `--js` leaves the types out, for those who only want to run it;
 * `--quiet` says nothing where all is well.
 * Everything but Node's own modules goes into the bundle: an installed registry-doctor has no dependencies, and starts in
 * a third of the time.
 */
async function main(argv: readonly string[]): Promise<void> {
  const started = performance.now()
  const out = join(root, 'dist')
  rmSync(out, { recursive: true, force: true })
  const summary = await bundle(root, out)
  packIncidents(root, out)
  if (!argv.includes('--js')) buildTypes(out)
  if (!argv.includes('--quiet')) process.stderr.write(`${describe(summary)}, ${Math.round(performance.now() - started)} ms\n`)
}

/** Types of what src/index.ts exports: tsc writes all that it met to a folder that is not kept. */
function buildTypes(out: string): void {
  const all = mkdtempSync(join(tmpdir(), 'registry-doctor-types-'))
  try {
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', all], { cwd: root, stdio: 'inherit' })
    copyTypes(all, join(out, 'types'), root)
  } finally {
    rmSync(all, { recursive: true })
  }
}

const kB = (bytes: number): string => `${Math.round(bytes / 1000)} kB`

const describe = ({ files, bytes, startBytes, packages }: BundleSummary): string =>
  `dist: ${files} files, ${kB(bytes)} with ${packages} packages; --version loads ${startBytes} bytes`

await main(process.argv.slice(2))
