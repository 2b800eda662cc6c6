import type { Per } from '../src/checks/define-check.ts'

/** The file of a check that judges nothing yet. */
export const checkTemplate = (id: string, per: Per): string => `import { defineCheck } from '../define-check.ts'

export default defineCheck({
  id: '${id}',
  per: '${per}',
  title: 'TODO what is true when it passes',
  why: 'TODO why it matters, and how it comes about.',
  finds: [],
  async run() {
    return { skip: 'not written yet' }
  },
})
`

/** Its test: what was seen, and the verdict. */
export const testTemplate = (id: string, per: Per): string => `import { expect, test } from 'vitest'
import type { Subjects } from '../../../src/checks/define-check.ts'
import check from '../../../src/checks/${id}.ts'
import { replaySession, type RecordedObservation } from '../../../src/engine/session.ts'

const given = {} as Subjects['${per}']

const cases: { [name: string]: { seen: RecordedObservation[]; verdict: Awaited<ReturnType<typeof check.run>> } } = {
  'TODO what works is not broken': { seen: [], verdict: { skip: 'not written yet' } },
}

test.each(Object.entries(cases))('%s', async (_name, { seen, verdict }) => {
  expect(await check.run(replaySession(seen).look, given)).toEqual(verdict)
})
`

/** src/checks/index.ts with one more check: its import in order, its place after the last of its group. */
export function withCheck(index: string, id: string): string {
  const imports = [...index.matchAll(/^import (\w+) from '\.\/([^']+)\.ts'$/gm)].map(([line, name = '', path = '']) => ({
    line,
    name,
    path,
  }))
  if (imports.some(({ path }) => path === id)) throw new Error(`${id} is listed already`)
  const names = new Set(imports.map(({ name }) => name))
  const name = [camel(id.split('/')[1]!), camel(id.replace('/', '-'))].find((one) => !names.has(one))
  const line = `import ${name} from './${id}.ts'`

  const before = imports.findLast(({ path }) => path < id)
  const imported = before ? index.replace(before.line, `${before.line}\n${line}`) : index.replace(/^(?=import \w+ from)/m, `${line}\n`)

  const group = `${id.split('/')[0]}/`
  const inGroup = new Set(imports.filter(({ path }) => path.startsWith(group)).map((one) => one.name))
  const entries = [...imported.matchAll(/^ {2}(\w+),$/gm)]
  const last = entries.findLast(([, entry = '']) => inGroup.has(entry)) ?? entries.at(-1)
  if (!last) throw new Error('src/checks/index.ts has no list of checks')
  return `${imported.slice(0, last.index)}${last[0]}\n  ${name},${imported.slice(last.index + last[0].length)}`
}

const camel = (words: string): string => words.replace(/-([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase())
