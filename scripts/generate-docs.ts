import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { codePages } from './code-pages.ts'
import { root } from './root.ts'

// `npm run docs`: docs/codes as src/model/codes.ts and the checks say it. test/docs.test.ts holds it up to date.
const directory = join(root, 'docs/codes')
const pages = codePages()
mkdirSync(directory, { recursive: true })
for (const file of readdirSync(directory)) if (!pages.has(file)) rmSync(join(directory, file))
for (const [file, text] of pages) writeFileSync(join(directory, file), text)
process.stderr.write(`docs/codes: ${pages.size} files\n`)
