/** The cluster's API, asked with the token that all nodes of a k3s cluster share. */
import { request } from 'node:https'
import { connect } from 'node:tls'

export interface Api {
  readonly url: string
  /** The certificate of the cluster's authority. */
  readonly ca: string
  readonly token: string
}

/** Asks the API; an answer that is no success is an error. */
export function ask({ url, ca, token }: Api, method: string, path: string, body?: object): Promise<string> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': type }
    const asked = request(new URL(path, url), { method, ca, headers, timeout: 5_000 }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.once('error', reject)
      answer.once('end', () => {
        const text = Buffer.concat(parts).toString('utf8')
        const { statusCode = 0 } = answer
        if (statusCode < 300) resolve(text)
        else reject(new Error(`${method} ${path}: ${statusCode} ${text}`))
      })
    })
    asked.once('timeout', () => asked.destroy(new Error(`${method} ${path}: no answer`)))
    asked.once('error', reject)
    asked.end(body === undefined ? '' : JSON.stringify(body))
  })
}

/** The authority's certificate as the server shows it. An agent of k3s trusts it in the same way at first: it has the token only. */
export function authorityOf(url: string): Promise<string> {
  const { hostname: host, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), servername: host, rejectUnauthorized: false, timeout: 5_000 }, () => {
      const authority = socket.getPeerX509Certificate()?.issuerCertificate
      socket.destroy()
      if (authority) resolve(authority.toString())
      else reject(new Error(`${url} shows no certificate of its authority`))
    })
    socket.once('timeout', () => socket.destroy(new Error(`${url} does not answer`)))
    socket.once('error', reject)
  })
}
