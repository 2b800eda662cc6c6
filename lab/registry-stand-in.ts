/** A container that stands where the lab's registry was, on its content: with other settings, or with something before it. */
import { ensureHelper } from './binaries.ts'
import type { UpOptions } from './cluster-note.ts'
import { restoreAll, run, undoAll, type Undo } from './fault.ts'
import { registryName, registryPort, testLabels } from './registry.ts'
import { registryImage } from './versions.ts'

interface StandIn {
  /** Arguments of `docker create`, before the image. */
  readonly settings: readonly string[]
  /** What follows the image. */
  readonly words?: readonly string[]
  /** A file or directory of this machine, and its place in the container. */
  readonly file: readonly [from: string, to: string]
  /** `NAME:PASSWORD` that it wants. */
  readonly credentials?: string
}

/** Starts it; returns what gives the lab's own registry back. */
export async function startStandIn(cluster: UpOptions, { settings, words = [], file, credentials }: StandIn): Promise<Undo> {
  const volume = (await run('inspect', '--format', '{{range .Mounts}}{{.Name}}{{end}}', registryName)).trim()
  await run('rm', '-f', registryName)
  const remove = async (): Promise<void> => {
    await run('rm', '-f', '-v', registryName)
    await run('volume', 'rm', volume)
  }
  const place = ['-p', `127.0.0.1:${registryPort}:5000`, '-v', `${volume}:/var/lib/registry`]
  await run('create', '--name', registryName, ...testLabels, '--restart=always', ...place, ...settings, registryImage, ...words)
  await run('cp', file[0], `${registryName}:${file[1]}`)
  // Before it is started: attaching a network renews the published ports.
  await run('network', 'connect', 'kind', registryName)
  await run('start', registryName)
  const url = `http://${credentials === undefined ? '' : `${credentials}@`}127.0.0.1:5000/v2/`
  const answers = 'n=0; until wget -q -O /dev/null "$1"; do n=$((n + 1)); [ $n -lt 150 ]; sleep 0.1; done'
  await run('exec', registryName, 'sh', '-ec', answers, 'sh', url)
  return undoAll(restoreAll(cluster), remove)
}

/** Puts something before the registry that refuses to hand out a part of it: see go/refusing-registry for the words. */
export async function startRefusing(cluster: UpOptions, words: readonly string[]): Promise<Undo> {
  const file = [await ensureHelper('refusing-registry'), '/refusing-registry'] as const
  return startStandIn(cluster, { settings: ['--entrypoint', '/refusing-registry'], words, file })
}
