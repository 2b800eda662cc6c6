/** Debian packages that the lab needs on the machine itself. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { run } from './run.ts'
import { step } from './steps.ts'

/** Finds a program on PATH or in the directories of system programs, which a plain user's PATH lacks. */
export function findProgram(name: string): string | undefined {
  const path = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return path.map((dir) => join(dir, name)).find((file) => existsSync(file))
}

/** Whether this process may install packages and build root file systems. */
export function isRoot(): boolean {
  return process.getuid?.() === 0
}

// two installations at once would stand in each other's way
let queue: Promise<unknown> = Promise.resolve()

/** Installs the packages of those programs that are missing; `wanted` maps program to package. */
export function ensurePackages(title: string, wanted: Readonly<Record<string, string>>): Promise<void> {
  const result = queue.then(() => installMissing(title, wanted))
  queue = result.catch(() => {})
  return result
}

async function installMissing(title: string, wanted: Readonly<Record<string, string>>): Promise<void> {
  const missing = Object.entries(wanted).filter(([program]) => !findProgram(program))
  if (missing.length === 0) return
  await step(title, async ({ log }) => {
    const packages = missing.map(([, name]) => name)
    if (!findProgram('apt-get') || !isRoot()) {
      throw new Error(`needs ${packages.join(', ')}; install them (only root on a Debian system can do it here)`)
    }
    const env = { DEBIAN_FRONTEND: 'noninteractive' }
    // an interrupted installation leaves packages unpacked but not set up
    await run('dpkg', ['--configure', '-a'], { log, env })
    const wait = ['-o', 'DPkg::Lock::Timeout=120']
    await run('apt-get', [...wait, 'update'], { log, env, check: false })
    await run('apt-get', [...wait, 'install', '-y', '--no-install-recommends', ...packages], { log, env })
  })
}
