/** A second registry beside the lab's own, on the network of the clusters: empty until something is pushed to it. */
import { docker } from './docker.ts'
import { run, type Undo } from './fault.ts'
import { testLabels, waitForRegistry } from './registry.ts'
import { registryImage } from './versions.ts'

const name = 'other-registry'
const port = 5002
/** Its name as users and pods write it. */
export const otherRegistryHost = `localhost:${port}`

/** Starts it as `other-registry:5000`; returns what removes it. */
export async function startOtherRegistry(): Promise<Undo> {
  const remove = async (): Promise<void> => void (await docker(['rm', '-f', '-v', name]))
  await remove()
  await run('run', '-d', '-p', `127.0.0.1:${port}:5000`, '--network', 'kind', '--name', name, ...testLabels, registryImage)
  await waitForRegistry({ port })
  return remove
}
