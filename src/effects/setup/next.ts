import type { Cluster } from '../../model/topology.ts'
import { quote } from '../../remedies/quote.ts'
import type { SetupRegistry } from './registry-container.ts'
import type { TlsFiles } from './tls/files.ts'

/** The three lines that a user wants in the end: how to push, how to pull, how tools find it. */
export function nextLines(clusters: readonly Cluster[], { address, port }: Pick<SetupRegistry, 'address' | 'port'>): string[] {
  const host = `localhost:${port}`
  const more = clusters.some((one) => one.provider === 'k3d') ? `, or ${address}/app:dev` : ''
  return [
    `push with: docker tag app:dev ${host}/app:dev && docker push ${host}/app:dev`,
    `pull with: image: ${host}/app:dev in a pod${more}`,
    `Tilt and Skaffold find it by the ConfigMap kube-public/local-registry-hosting of ${clusters.map((one) => one.name).join(' and ')}`,
  ]
}

/** What is good to know of a registry over HTTPS. */
export function tlsNotes({ authority, made }: TlsFiles, { port }: Pick<SetupRegistry, 'port'>): string[] {
  return [
    ...(made === 'authority' ? [`the authority ${authority.path} was made for this registry; its key does not leave this machine`] : []),
    `pushes by the engine need no trust on this machine, as it takes any certificate on a loopback address; other programs do: curl --cacert ${quote(authority.path)} https://localhost:${port}/v2/`,
  ]
}
