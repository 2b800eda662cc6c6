import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Per } from '../src/checks/define-check.ts'
import { checkTemplate, testTemplate, withCheck } from './check-template.ts'
import { root } from './root.ts'

const usage = 'usage: npm run new-check -- <group>/<name> [--per registry|cluster|node|cluster-registry]'
const kinds: readonly Per[] = ['registry', 'cluster', 'node', 'cluster-registry']

/** Makes the three that a check is: its file, its test, its line in src/checks/index.ts. */
function main(argv: readonly string[]): void {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { per: { type: 'string', default: 'node' } },
    allowPositionals: true,
  })
  const [id = '', ...rest] = positionals
  const per = kinds.find((kind) => kind === values.per)
  if (!/^[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*$/.test(id) || rest.length > 0 || !per) throw new Error(usage)

  const files = new Map([
    [`src/checks/${id}.ts`, checkTemplate(id, per)],
    [`test/checks/${id}.test.ts`, testTemplate(id, per)],
  ])
  for (const file of files.keys()) if (existsSync(join(root, file))) throw new Error(`${file} exists`)
  const index = join(root, 'src/checks/index.ts')
  const listed = withCheck(readFileSync(index, 'utf8'), id)

  for (const [file, text] of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  writeFileSync(index, listed)
  process.stderr.write(`${[...files.keys(), 'src/checks/index.ts (its place there is where it is shown)'].join('\n')}\n`)
  process.stderr.write('A new code goes into src/model/codes.ts; `npm run docs` writes its page.\n')
}

try {
  main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 2
}
