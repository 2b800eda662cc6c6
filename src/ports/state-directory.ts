import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'

/** Where this tool keeps what is to outlive a run. Source: XDG Base Directory Specification 0.8; a relative path counts as none. */
export function stateDirectory(env: NodeJS.ProcessEnv): string {
  const given = env['XDG_STATE_HOME'] ?? ''
  return join(isAbsolute(given) ? given : join(env['HOME'] || homedir(), '.local', 'state'), 'registry-doctor')
}

/**
 * Makes a directory for this user alone, and those above it.
 * Node's own way never ends where a directory that is there takes no other, and says ENOENT to that, as /proc does (Node 20.20).
 * @returns those that were made, the uppermost first
 */
export async function makePrivate(directory: string): Promise<string[]> {
  const make = (): Promise<string[]> =>
    mkdir(directory, { mode: 0o700 }).then(
      () => [directory],
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return []
        throw error
      },
    )
  try {
    return await make()
  } catch (error) {
    const above = dirname(directory)
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === directory) throw error
    return [...(await makePrivate(above)), ...(await make())]
  }
}
