/** A name that only this machine knows, by its /etc/hosts. */
import { readFile, writeFile } from 'node:fs/promises'
import type { Undo } from './fault.ts'

const file = '/etc/hosts'
export const ownHostName = 'registry.lab.test'
const line = `127.0.0.1 ${ownHostName}`

/** Adds the name; an earlier one that was left behind is no second one. The file is written in place: it can be a mount. */
export async function nameThisMachine(): Promise<Undo> {
  const without = async (): Promise<string> =>
    (await readFile(file, 'utf8'))
      .split('\n')
      .filter((one) => one !== line)
      .join('\n')
  await writeFile(file, `${(await without()).replace(/\n?$/, '\n')}${line}\n`)
  return async () => writeFile(file, await without())
}
