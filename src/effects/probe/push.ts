import { isHttpFailure, type HttpAnswer, type HttpFailure } from '../../model/observation.ts'
import { probeRepository } from '../../model/probe.ts'
import type { RegistryWritePort } from '../../ports/write/registry.ts'
import type { Blob, ProbeImage } from '../probe-image/probe-image.ts'

/** What came of sending an image: the request that ended it, where one did. */
export type Pushed =
  | { readonly ok: true; readonly ms: number }
  | { readonly ok: false; readonly ms: number; readonly asked: string; readonly answer: HttpAnswer | HttpFailure }

/**
 * Sends an image to a registry, every blob of it, whatever the registry says it has: no memory of its may answer for it.
 * Source: distribution-spec v1.1, "Pushing blobs" and "Pushing manifests".
 * @param base of the registry's API, `http://127.0.0.1:5001/v2/`
 */
export async function pushImage(registry: RegistryWritePort, base: string, image: ProbeImage): Promise<Pushed> {
  const started = performance.now()
  const ms = (): number => Math.round(performance.now() - started)
  const repository = `${base}${probeRepository}/`
  const blobs = image.platforms.flatMap(({ config, layer }) => [config, layer])
  // Parts before what names them: a registry refuses a manifest of what it lacks.
  for (const step of [blobs, image.platforms.map((one) => one.manifest), [image.index]]) {
    const put = step === blobs ? putBlob : putManifest
    const failed = (await Promise.all(step.map((blob) => put(registry, repository, blob)))).find((one) => one !== null)
    if (failed) return { ok: false, ms: ms(), ...failed }
  }
  return { ok: true, ms: ms() }
}

type Refused = { readonly asked: string; readonly answer: HttpAnswer | HttpFailure } | null

/** The answer of a request that did what was asked. */
function done(answer: HttpAnswer | HttpFailure): HttpAnswer | null {
  return !isHttpFailure(answer) && answer.status >= 200 && answer.status < 300 ? answer : null
}

async function putBlob(registry: RegistryWritePort, repository: string, { digest, bytes }: Blob): Promise<Refused> {
  const opens = `${repository}blobs/uploads/`
  const opened = await registry.send('POST', opens)
  const open = done(opened)
  if (open === null) return { asked: `POST ${opens}`, answer: opened }
  // The location can be relative, and can have a query of its own.
  const location = open.headers['location'] ?? ''
  if (!URL.canParse(location, opens)) return { asked: `POST ${opens}, which leads to "${location}"`, answer: opened }
  const where = new URL(location, opens)
  where.searchParams.set('digest', digest)
  const sent = await registry.send('PUT', where.href, { type: 'application/octet-stream', bytes })
  return done(sent) ? null : { asked: `PUT ${where.origin}${where.pathname} of ${digest}`, answer: sent }
}

async function putManifest(registry: RegistryWritePort, repository: string, { digest, mediaType, bytes }: Blob): Promise<Refused> {
  const url = `${repository}manifests/${digest}`
  const sent = await registry.send('PUT', url, { type: mediaType, bytes })
  return done(sent) ? null : { asked: `PUT ${url}`, answer: sent }
}

/** Takes the manifests of an image away again; false where the registry does not allow it, or cannot be had. */
export async function unpushImage(registry: RegistryWritePort, base: string, image: ProbeImage): Promise<boolean> {
  const manifests = [image.index, ...image.platforms.map((one) => one.manifest)]
  for (const { digest } of manifests) {
    const answer = await registry.send('DELETE', `${base}${probeRepository}/manifests/${digest}`)
    const isGone = !isHttpFailure(answer) && (answer.status < 300 || answer.status === 404)
    if (!isGone) return false
  }
  return true
}
