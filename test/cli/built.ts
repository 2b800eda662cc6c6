import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundle } from '../../scripts/build/bundle.ts'
import { root } from '../../scripts/root.ts'

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
}

/** The command line as users run it: built once, run as a process of its own, in a home that is empty. */
export interface BuiltCli {
  /** A folder for the files of a test, also HOME. */
  readonly home: string
  /** Where cli.js and its chunks are. */
  readonly out: string
  start(argv: readonly string[], env?: NodeJS.ProcessEnv): Started
  run(argv: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended>
  remove(): void
}

export async function buildCli(): Promise<BuiltCli> {
  // Inside the package, as the shipped incidents are found from there.
  const caches = join(root, 'node_modules/.cache')
  mkdirSync(caches, { recursive: true })
  const out = mkdtempSync(join(caches, 'registry-doctor-test-'))
  const home = mkdtempSync(join(tmpdir(), 'registry-doctor-home-'))
  await bundle(root, out)
  const start = (argv: readonly string[], env: NodeJS.ProcessEnv = {}): Started => {
    const child = spawn(process.execPath, [join(out, 'cli.js'), ...argv], {
      cwd: home,
      env: { PATH: process.env['PATH'], HOME: home, LANG: 'C.UTF-8', DOCKER_HOST: `unix://${home}/no-engine.sock`, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const ended = once(child, 'close').then((how: unknown[]): Ended => ({
      code: how[0] as Ended['code'],
      signal: how[1] as Ended['signal'],
      stdout,
      stderr,
    }))
    return { process: child, ended }
  }
  return {
    home,
    out,
    start,
    run: (argv, env) => start(argv, env).ended,
    remove: () => {
      rmSync(out, { recursive: true, force: true })
      rmSync(home, { recursive: true, force: true })
    },
  }
}
