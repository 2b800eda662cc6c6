import { createHash } from 'node:crypto'
import { isAbsent, type ContainerDetail, type Look } from '../../model/observation.ts'
import { SetupRefusal } from './options.ts'
import type { TlsFiles } from './tls/files.ts'

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/**
 * A container keeps the protocol and the certificate that it was made with. To make it anew would take it from whatever uses
 * it at the moment, so that is left to the user.
 * @throws SetupRefusal
 */
export async function refuseOtherProtocol(
  look: Look,
  detail: ContainerDetail,
  scheme: 'http' | 'https',
  tls: TlsFiles | undefined,
): Promise<void> {
  if (tls === undefined) return
  const { name } = detail
  const anew = `To have it made anew: docker rm -f ${name}, then run this again; ${contentOf(detail)}`
  if (scheme === 'http') throw new SetupRefusal('registry-plain-http', `${name} speaks plain HTTP. ${anew}`)
  const path = detail.env['REGISTRY_HTTP_TLS_CERTIFICATE']
  if (path === undefined || path === '') return
  const found = await look.try('node.files', { node: name, path })
  const entry = found.ok && !isAbsent(found.answer) ? found.answer.entries[path] : undefined
  if (entry?.type === 'file' && entry.sha256 !== sha256(tls.certificate.text))
    throw new SetupRefusal('registry-certificate-other', `${name} has another certificate than ${tls.certificate.path}. ${anew}`)
}

/** What becomes of what a registry holds, when its container is removed. */
function contentOf({ mounts }: ContainerDetail): string {
  const kept = mounts.find(
    ({ destination, name }) => destination === '/var/lib/registry' && name !== undefined && !/^[0-9a-f]{64}$/.test(name),
  )
  return kept ? `its images stay in the volume ${kept.name}` : 'its images go with it and have to be pushed again'
}
