/** What is in the lab's registry: put there by its HTTP API, without the engine, and taken away in its storage. */
import { createHash } from 'node:crypto'
import { request, type IncomingMessage } from 'node:http'
import { run } from './fault.ts'
import { registryName, registryPort, waitForRegistry } from './registry.ts'

/** Go's name of this machine's architecture. */
const ownArchitecture = process.arch === 'x64' ? 'amd64' : process.arch

/** An empty image, and yet like no other: all its blobs are its own. */
interface OwnImage {
  readonly repository: string
  readonly tag: string
  /** Other than the machine's: an index leads to it, and to nothing else. */
  readonly architecture?: string
  /** Names a layer that lies under its own: images that name the same one share it. */
  readonly base?: string
  /** Of the registry on this machine; default: kind's. */
  readonly port?: number
}

/** A tar file's end, which is also an empty tar file; nobody minds what follows it. */
const emptyTar = Buffer.alloc(1024)

const oci = 'application/vnd.oci.image'
const storage = '/var/lib/registry/docker/registry/v2'

/** Pushes an image that the engine does not have, which can be pulled, but not run; gives the digest of the layer that only it has. */
export async function pushOwnImage({
  repository,
  tag,
  architecture = ownArchitecture,
  base,
  port = registryPort,
}: OwnImage): Promise<string> {
  const ask = askAt(port)
  const own = layerNamed(`${repository}:${tag}`)
  const layers = [...(base === undefined ? [] : [layerNamed(base)]), own]
  const platform = { architecture, os: 'linux' }
  const config = Buffer.from(JSON.stringify({ ...platform, config: {}, rootfs: { type: 'layers', diff_ids: layers.map(digestOf) } }))
  for (const blob of [...layers, config]) await putBlob(ask, repository, blob)
  const manifest = {
    schemaVersion: 2,
    mediaType: `${oci}.manifest.v1+json`,
    config: descriptor(`${oci}.config.v1+json`, config),
    layers: layers.map((one) => descriptor(`${oci}.layer.v1.tar`, one)),
  }
  const bytes = Buffer.from(JSON.stringify(manifest))
  if (architecture === ownArchitecture) await putManifest(ask, repository, tag, manifest.mediaType, bytes)
  else {
    await putManifest(ask, repository, digestOf(bytes), manifest.mediaType, bytes)
    const mediaType = `${oci}.index.v1+json`
    const index = { schemaVersion: 2, mediaType, manifests: [{ ...descriptor(manifest.mediaType, bytes), platform }] }
    await putManifest(ask, repository, tag, mediaType, Buffer.from(JSON.stringify(index)))
  }
  return digestOf(own)
}

/** Takes a repository away as if nothing had been pushed to it; the registry itself refuses deletes. */
export const forgetRepository = (repository: string): Promise<unknown> =>
  run('exec', registryName, 'rm', '-rf', `${storage}/repositories/${repository}`)

/** Runs a script on the file that holds a blob, as $1. The registry starts anew: it remembers the sizes of blobs. */
export async function changeBlob(digest: string, script: string): Promise<void> {
  const hex = digest.slice('sha256:'.length)
  await run('exec', registryName, 'sh', '-ec', script, 'sh', `${storage}/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`)
  await run('restart', '-t', '1', registryName)
  await waitForRegistry()
}

const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

const descriptor = (mediaType: string, bytes: Buffer): { mediaType: string; digest: string; size: number } => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
})

/** A layer without files, like no other of another name. */
const layerNamed = (name: string): Buffer => Buffer.concat([emptyTar, Buffer.from(`${name}\n`)])

async function putBlob(ask: Ask, repository: string, bytes: Buffer): Promise<void> {
  const { headers } = await ask('POST', `/v2/${repository}/blobs/uploads/`)
  const place = new URL(headers.location!, 'http://127.0.0.1')
  place.searchParams.set('digest', digestOf(bytes))
  await ask('PUT', place.pathname + place.search, bytes, 'application/octet-stream')
}

const putManifest = (ask: Ask, repository: string, reference: string, mediaType: string, bytes: Buffer): Promise<unknown> =>
  ask('PUT', `/v2/${repository}/manifests/${reference}`, bytes, mediaType)

type Ask = (method: string, path: string, body?: Buffer, type?: string) => Promise<IncomingMessage>

/** Asks the registry at a port of this machine; what it refuses is an error. */
const askAt =
  (port: number): Ask =>
  (method, path, body = Buffer.alloc(0), type) =>
    new Promise((resolve, reject) => {
      const headers = { 'content-length': body.length, ...(type !== undefined && { 'content-type': type }) }
      const options = { host: '127.0.0.1', port, method, path, headers, agent: false }
      const asked = request(options, (answer) => {
        const { statusCode = 0 } = answer
        answer.resume()
        if (statusCode < 300) resolve(answer)
        else reject(new Error(`${method} ${path}: ${statusCode}`))
      })
      asked.once('error', reject)
      asked.end(body)
    })
