/** A kubectl on the machine, for those who look at clusters from outside; the lab itself uses the nodes'. */
import { binaryPath, ensureProgram, programArtifact } from './binaries.ts'
import { hasArtifact } from './cache.ts'
import { findProgram } from './packages.ts'
import { kubectl, kubernetes } from './programs.ts'

/** Path of a kubectl: the lab's own, else the machine's; undefined if there is none yet. */
export function kubectlPath(): string | undefined {
  const built = [kubernetes, kubectl].find((p) => hasArtifact(programArtifact(p)))
  return built === undefined ? findProgram('kubectl') : binaryPath(built, 'kubectl')
}

/** Gives a kubectl, built only where there is none at all. */
export async function ensureKubectl(): Promise<string> {
  if (kubectlPath() === undefined) await ensureProgram(kubectl)
  return kubectlPath() ?? binaryPath(kubectl, 'kubectl')
}
