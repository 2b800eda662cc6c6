/** What containerd's own code makes of certs.d directories. */
import { run } from '../../run.ts'
import { ensureCode } from './program.ts'

export interface HostsCase {
  readonly host: string
  /** By path below the root of certs.d. `@ca`, `@cert`, `@key` and `@pair` are PEM files, `@dir` a directory, `@link x` a link. */
  readonly files: { readonly [path: string]: string | Uint8Array }
  /** Below the root; without them the root itself. */
  readonly roots?: readonly string[] | undefined
}

const stands = /^@(?:ca|cert|key|pair|dir|link .*)$/s

/**
 * One line per case, as fixtures/containerd/README.md describes them.
 * @param capabilities all that this version knows: only others are told
 */
export async function hostLines(version: string, cases: readonly HostsCase[], capabilities: readonly string[]): Promise<string[]> {
  const program = await ensureCode('hosts', version)
  const input = JSON.stringify(cases.map(({ host, files, roots }) => ({ host, roots, files: encoded(files) })))
  // The log of each file that is rejected is not wanted.
  const { stdout } = await run(program, [capabilities.join()], { input })
  const lines = stdout.split('\n').filter((line) => line !== '')
  if (lines.length !== cases.length) throw new Error(`containerd ${version} answered ${lines.length} of ${cases.length} cases`)
  return lines.map((line) => JSON.parse(line) as string)
}

function encoded(files: HostsCase['files']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([path, content]) => [
      path,
      typeof content === 'string' && stands.test(content) ? content : Buffer.from(content).toString('base64'),
    ]),
  )
}
