import type { ListrTask } from 'listr2'
import { expect, test } from 'vitest'
import { openFixView } from '../../src/cli/fix-view.ts'

/** Draws as a terminal would, and keeps what stands there: the title, then the lines below it. */
function drawing() {
  const seen: { title: string; lines: string[]; opened: number; ended: boolean } = { title: '', lines: [], opened: 0, ended: false }
  const draw = async ([task]: ListrTask[]): Promise<void> => {
    seen.opened += 1
    seen.title = task!.title as string
    // Tasks begin in a later turn.
    await Promise.resolve()
    const shown = {
      set title(text: string) {
        seen.title = text
      },
      set output(text: string) {
        seen.lines.push(text)
      },
    }
    await (task!.task as (context: unknown, shown: unknown) => Promise<void>)({}, shown)
    seen.ended = true
  }
  return { seen, open: () => Promise.resolve(draw) }
}

const title = 'write hosts.toml on 2 nodes'
const put = (node: string): string => `printf '%b' '[host."http://kind-registry:5000"]\\n' | docker exec -i ${node} tee hosts.toml`

test('each step has a line when it is done, and the title says what is being done', async () => {
  const { seen, open } = drawing()
  const view = await openFixView(true, open)
  view.tell({ title, show: put('a'), status: 'begun' })
  view.tell({ title, show: put('a'), status: 'applied' })
  await Promise.resolve()
  view.tell({ title, show: put('b'), status: 'begun' })
  view.tell({ title, show: put('b'), status: 'failed' })
  expect(seen.title).toBe(`${title}: docker exec -i b tee hosts.toml`)
  expect(seen.lines).toEqual(['done: docker exec -i a tee hosts.toml', 'failed: docker exec -i b tee hosts.toml'])
  await view.close()
  expect(seen).toMatchObject({ opened: 1, ended: true })
})

test('a line is printable and fits', async () => {
  const { seen, open } = drawing()
  const view = await openFixView(true, open)
  view.tell({ title: 'one\n\u001b[2Jtwo', show: `docker ${'x'.repeat(500)}`, status: 'begun' })
  await view.close()
  expect(seen.title).toMatch(/^one two: docker x+\.\.\.$/)
  expect(seen.title.length).toBeLessThan(80)
})

test('nothing is drawn where there is nothing to tell', async () => {
  const { seen, open } = drawing()
  await (await openFixView(true, open)).close()
  expect(seen.opened).toBe(0)
})

test('nothing is drawn where standard error is no terminal, or nothing is wanted', async () => {
  const view = await openFixView(false)
  view.tell({ title, show: put('a'), status: 'begun' })
  await expect(view.close()).resolves.toBeUndefined()
})
