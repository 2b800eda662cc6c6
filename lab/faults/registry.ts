/** Faults of the registry's container, and of its place in the network. */
import { docker } from '../docker.ts'
import { restoreAll, run, undoAll, webServer, type Fault } from '../fault.ts'
import { helloImage, registryName, testLabels } from '../registry.ts'
import { registryImage } from '../versions.ts'

export const registryFaults: readonly Fault[] = [
  {
    name: 'registry-stopped',
    title: 'the registry container had stopped',
    causes: [{ code: 'registry-not-running' }],
    explains: ['registry-not-answering', 'registry-name-unresolvable'],
    exitCode: 1,
    probe: 'push',
    repairable: true,
    pull: { node: 'worker' },
    async make() {
      await run('stop', '-t', '1', registryName)
      return async () => void (await run('start', registryName))
    },
  },
  {
    name: 'registry-stopped-port-taken',
    title: 'the registry container had stopped, and another web server held its host port',
    causes: [{ code: 'registry-not-running' }],
    explains: ['registry-port-conflict', 'registry-not-answering', 'registry-name-unresolvable'],
    exitCode: 1,
    repairable: false,
    pull: { node: 'worker' },
    async make() {
      await run('stop', '-t', '1', registryName)
      const close = await webServer(5001)
      return async () => {
        await close()
        await run('start', registryName)
      }
    },
  },
  {
    name: 'registry-removed',
    title: 'the registry container had been removed',
    causes: [{ code: 'registry-not-found' }],
    explains: ['registry-not-answering', 'registry-name-unresolvable'],
    exitCode: 1,
    repairable: true,
    leaves: ['registry-emptied'],
    pull: { node: 'worker' },
    async make(cluster) {
      const remove = async (): Promise<void> => void (await run('rm', '-f', '-v', registryName))
      await remove()
      // The one that a repair made is not the lab's own.
      return undoAll(restoreAll(cluster), remove)
    },
  },
  {
    name: 'registry-paused',
    title: 'the registry container was paused: it accepted connections and never answered',
    causes: [{ code: 'registry-hanging' }],
    explains: ['registry-hanging', 'registry-not-answering'],
    exitCode: 1,
    probe: 'push',
    repairable: true,
    pods: [{ node: 'worker', image: helloImage, cause: 'registry-hanging', hangs: true }],
    async make() {
      await run('pause', registryName)
      return async () => void (await docker(['unpause', registryName]))
    },
  },
  {
    name: 'registry-off-network',
    title: "the registry was not attached to the cluster's network",
    causes: [{ code: 'registry-not-on-network' }],
    explains: ['registry-name-unresolvable'],
    exitCode: 1,
    probe: 'name',
    repairable: true,
    pull: { node: 'worker' },
    async make() {
      await run('network', 'disconnect', 'kind', registryName)
      return async () => void (await docker(['network', 'connect', 'kind', registryName]))
    },
  },
  {
    name: 'registry-renamed',
    title: 'the registry container had another name than the one in hosts.toml',
    causes: [{ code: 'registry-name-unresolvable' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    pull: { node: 'worker' },
    async make() {
      await run('rename', registryName, 'my-registry')
      return async () => void (await run('rename', 'my-registry', registryName))
    },
  },
  {
    name: 'registry-not-published',
    title: 'the registry container published no port on the host',
    causes: [{ code: 'registry-port-not-published' }],
    explains: ['hosting-configmap-wrong'],
    exitCode: 0,
    repairable: true,
    async make(cluster) {
      await run('rm', '-f', '-v', registryName)
      await run('run', '-d', '--restart=always', '--network', 'bridge', '--name', registryName, ...testLabels, registryImage)
      await run('network', 'connect', 'kind', registryName)
      return undoAll(restoreAll(cluster), async () => void (await run('rm', '-f', '-v', registryName)))
    },
  },
]
