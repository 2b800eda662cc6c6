import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../../../lab/packages.ts'
import type { Architecture } from '../../../src/effects/probe-image/instructions.ts'

const nodeNames: { readonly [architecture in Architecture]: NodeJS.Architecture } = { amd64: 'x64', arm64: 'arm64' }
const emulators: { readonly [architecture in Architecture]: string } = { amd64: 'qemu-x86_64', arm64: 'qemu-aarch64' }

/** The emulator for a processor that is not this machine's; undefined for its own. */
export function emulatorOf(architecture: Architecture): string | undefined {
  return process.platform === 'linux' && process.arch === nodeNames[architecture] ? undefined : emulators[architecture]
}

/** The words that a program of that processor is started with here: none, or an emulator; null where it cannot be run. */
function starter(architecture: Architecture): string[] | null {
  const emulator = emulatorOf(architecture)
  if (emulator === undefined) return []
  const found = process.platform === 'linux' ? (findProgram(emulator) ?? findProgram(`${emulator}-static`)) : undefined
  return found === undefined ? null : [found]
}

/** Why a program of that processor cannot be run here; null where it can. */
export function whyNotRun(architecture: Architecture): string | null {
  return starter(architecture) === null ? `needs Linux on ${architecture}, or ${emulators[architecture]} on Linux` : null
}

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs a program from a file of its own.
 * @param redirection what a shell is to do with its output, `>&-`
 */
export async function runProgram(architecture: Architecture, bytes: Uint8Array, redirection = ''): Promise<Ran> {
  const folder = await mkdtemp(join(tmpdir(), 'probe-'))
  try {
    const file = join(folder, 'probe')
    await writeFile(file, bytes, { mode: 0o755 })
    const argv = [...(starter(architecture) ?? []), file]
    return await new Promise((resolve) => {
      execFile('sh', ['-c', `exec "$@" ${redirection}`, 'sh', ...argv], { timeout: 10_000 }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
      )
    })
  } finally {
    await rm(folder, { recursive: true })
  }
}
