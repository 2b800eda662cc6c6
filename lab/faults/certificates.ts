/** Faults of a registry that speaks TLS, with a certificate of an authority of its own. */
import type { UpOptions } from '../cluster-note.ts'
import { certsDirectory, hostsToml, nodesOf, putFile, type Fault, type Undo } from '../fault.ts'
import { startTlsRegistry, type Certificate } from '../tls-registry.ts'

const endpoint = '[host."https://kind-registry:5000"]\n'

/** A registry over TLS to which all nodes are led, with the certificate of its authority. */
export async function trustedTlsRegistry(cluster: UpOptions, certificate?: Certificate): Promise<Undo> {
  const [{ ca, undo }, nodes] = await Promise.all([startTlsRegistry(cluster, certificate), nodesOf(cluster.name)])
  await hostsToml(cluster, nodes, `${endpoint}  ca = "ca.crt"\n`)
  await putFile(nodes, `${certsDirectory}/ca.crt`, ca)
  return undo
}

export const certificateFaults: readonly Fault[] = [
  {
    name: 'registry-certificate-untrusted',
    title: 'the registry spoke TLS with a certificate of an authority that the nodes did not know',
    causes: [{ code: 'registry-certificate-untrusted' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    pull: { node: 'worker' },
    async make(cluster) {
      const { undo } = await startTlsRegistry(cluster)
      await hostsToml(cluster, await nodesOf(cluster.name), endpoint)
      return undo
    },
  },
  {
    name: 'registry-certificate-wrong-name',
    title: 'the certificate of the registry was for localhost, and nodes ask for it by the name of its container',
    causes: [{ code: 'registry-certificate-wrong-name' }],
    explains: [],
    exitCode: 1,
    repairable: false,
    pull: { node: 'worker' },
    make: (cluster) => trustedTlsRegistry(cluster, { names: ['localhost'] }),
  },
  {
    name: 'registry-certificate-expired',
    title: 'the certificate of the registry had expired',
    causes: [{ code: 'registry-certificate-expired' }],
    explains: [],
    exitCode: 1,
    repairable: false,
    pull: { node: 'worker' },
    make: (cluster) => trustedTlsRegistry(cluster, { expired: true }),
  },
]
