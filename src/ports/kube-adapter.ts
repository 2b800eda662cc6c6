import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connectKube } from './kube-connection.ts'
import type { KubeReadPort } from './kube.ts'

const callLimitMs = 5_000

/**
 * The Kubernetes API with the credentials of the user's kubeconfig.
 * @param kubeconfig a file that replaces KUBECONFIG and ~/.kube/config
 */
export function createKubePort(env: NodeJS.ProcessEnv, cancel: AbortSignal, kubeconfig?: string, limitMs = callLimitMs): KubeReadPort {
  const connection = connectKube(env, kubeconfig)
  return {
    async contexts() {
      const { contexts, clusters } = connection.loaded()
      return {
        contexts: contexts.flatMap(({ name, cluster: clusterName }) => {
          const cluster = clusters.find((one) => one.name === clusterName)
          return cluster ? [{ name, cluster: cluster.name, server: cluster.server, caSha256: fingerprint(cluster) }] : []
        }),
      }
    },
    get: (context, path) => connection.request(context, { method: 'GET', path }, cancel, limitMs),
  }
}

function fingerprint(cluster: { caData?: string; caFile?: string }): string | null {
  try {
    const pem = cluster.caData ? Buffer.from(cluster.caData, 'base64') : cluster.caFile ? readFileSync(cluster.caFile) : null
    return pem && pemFingerprint(pem.toString('utf8'))
  } catch {
    return null
  }
}

/** sha256 of the first certificate's DER bytes in base64, whatever the line breaks of its PEM text. */
export function pemFingerprint(pem: string): string | null {
  const body = /-----BEGIN CERTIFICATE-----([\s\S]*?)-----END CERTIFICATE-----/.exec(pem)?.[1]
  return body === undefined ? null : createHash('sha256').update(Buffer.from(body, 'base64')).digest('base64')
}
