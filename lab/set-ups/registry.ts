/** Unusual registries, and unusual places for them. */
import { certsDir } from '../cluster-config.ts'
import type { UpOptions } from '../cluster-note.ts'
import { certsDirectory, kubectl, nodesOf, onNodes, putFile, restoreAll, restoreHosts, run, undoAll, type Undo } from '../fault.ts'
import { trustedTlsRegistry } from '../faults/certificates.ts'
import { otherRegistryHost, startOtherRegistry } from '../other-registry.ts'
import { helloImage, pushImage, registryName, registryPort, testLabels, waitForRegistry } from '../registry.ts'
import { withHostsToml, type SetUp } from '../set-up.ts'
import { startTlsRegistry } from '../tls-registry.ts'
import { registryImage } from '../versions.ts'

/** The lab's registry made with other options, on the network of the clusters, with the lab's image in it. */
async function registryWith(cluster: UpOptions, ...options: string[]): Promise<Undo> {
  const remove = async (): Promise<void> => void (await run('rm', '-f', '-v', registryName))
  await remove()
  await run('run', '-d', '--name', registryName, ...testLabels, '--network', 'kind', ...options, registryImage)
  await waitForRegistry()
  await pushImage(helloImage)
  return undoAll(restoreAll(cluster), remove)
}

export const registrySetUps: readonly SetUp[] = [
  {
    name: 'an alias of the container as endpoint',
    async make(cluster) {
      const attach = async (...options: string[]): Promise<void> => {
        await run('network', 'disconnect', 'kind', registryName)
        await run('network', 'connect', ...options, 'kind', registryName)
      }
      await attach('--alias', 'registry.local')
      return undoAll(() => attach(), await withHostsToml('[host."http://registry.local:5000"]\n')(cluster))
    },
  },
  { name: 'a registry over TLS whose authority hosts.toml names', make: (cluster) => trustedTlsRegistry(cluster) },
  {
    name: 'a registry over TLS that is not verified',
    async make(cluster) {
      const { undo } = await startTlsRegistry(cluster)
      await withHostsToml('[host."https://kind-registry:5000"]\n  skip_verify = true\n')(cluster)
      return undo
    },
  },
  {
    name: 'a registry over TLS with a certificate in the style of Docker, and pods that name the container',
    pulls: [{ node: 'worker', image: 'kind-registry:5000/lab/hello:1' }],
    async make(cluster) {
      const { ca, undo } = await startTlsRegistry(cluster)
      const nodes = await nodesOf(cluster.name)
      await onNodes(nodes, `rm -r ${certsDirectory}`)
      await putFile(nodes, `${certsDir}/kind-registry:5000/ca.crt`, ca)
      // KEP-1755: how images are named where they are pulled, if that is not how they are named where they are pushed.
      const hosting = { 'localRegistryHosting.v1': 'host: "localhost:5001"\nhostFromContainerRuntime: "kind-registry:5000"\n' }
      await kubectl(
        cluster.name,
        '-n',
        'kube-public',
        'patch',
        'configmap',
        'local-registry-hosting',
        '-p',
        JSON.stringify({ data: hosting }),
      )
      return undo
    },
  },
  {
    name: 'a registry that nodes ask through a port of the host',
    make: async (cluster) => {
      const gateway = await run('network', 'inspect', '-f', '{{(index .IPAM.Config 0).Gateway}}', 'kind')
      const undo = await registryWith(cluster, '-p', `${registryPort}:5000`)
      await withHostsToml(`[host."http://${gateway.trim()}:${registryPort}"]\n`)(cluster)
      return undo
    },
  },
  {
    name: 'a registry that listens on port 80',
    async make(cluster) {
      const undo = await registryWith(cluster, '-p', `127.0.0.1:${registryPort}:80`, '-e', 'REGISTRY_HTTP_ADDR=:80')
      await withHostsToml('[host."http://kind-registry"]\n')(cluster)
      return undo
    },
  },
  {
    name: 'a second registry for another host',
    pulls: [{ node: 'worker' }, { node: 'worker2', image: `${otherRegistryHost}/lab/hello:1` }],
    async make(cluster) {
      const remove = await startOtherRegistry()
      await pushImage(`${otherRegistryHost}/lab/hello:1`)
      await putFile(await nodesOf(cluster.name), `${certsDir}/${otherRegistryHost}/hosts.toml`, '[host."http://other-registry:5000"]\n')
      return undoAll(remove, restoreHosts(cluster))
    },
  },
]
