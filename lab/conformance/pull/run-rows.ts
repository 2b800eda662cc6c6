/** Real pulls of a containerd: in network, mount and pid namespaces of their own, so that whatever ends them nothing stays. */
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { ensurePackages, isRoot } from '../../packages.ts'
import { cachePath } from '../../paths.ts'
import { run } from '../../run.ts'
import { step } from '../../steps.ts'
import type { Result } from './record.ts'

const inside = fileURLToPath(new URL('inside.ts', import.meta.url))

export async function runRows(version: string, binary: string): Promise<readonly Result[]> {
  if (!isRoot()) throw new Error('real pulls need root: containerd unpacks images')
  await ensurePackages('conformance packages', { unshare: 'util-linux', ip: 'iproute2' })
  // Where the root is mounted: outside of the namespaces it stays empty.
  const root = cachePath('conformance')
  await mkdir(root, { recursive: true })
  const apart = ['--mount', '--net', '--pid', '--fork', '--kill-child']
  const program = [process.execPath, '--import', 'tsx', inside, binary, `${Number.parseInt(version, 10)}`, root]
  return step(`pulls with containerd ${version}`, async ({ log }) => {
    const { stdout } = await run('unshare', [...apart, ...program], { log })
    return JSON.parse(stdout) as Result[]
  })
}
