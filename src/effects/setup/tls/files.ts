import { homedir } from 'node:os'
import { join } from 'node:path'
import type { HostWritePort } from '../../../ports/write/host.ts'
import { isAuthority, isServerCertificate } from './judge.ts'

/** The certificates of a registry over HTTPS, and where they lie. What is in a private key is never told. */
export interface TlsFiles {
  /** Of the authority: what nodes and the engine are to trust. */
  readonly authority: { readonly path: string; readonly text: string }
  /** Of the registry. */
  readonly certificate: { readonly path: string; readonly text: string }
  /** Where the private key of the registry lies. */
  readonly keyPath: string
  /** What had to be made: with a new authority, nodes have to trust another one. */
  readonly made: 'nothing' | 'certificate' | 'authority'
}

type Files = Pick<HostWritePort, 'read' | 'write'>

/**
 * The folder in which the certificates of a registry are kept from run to run.
 * @param name of its container
 */
export const tlsDirectory = (env: NodeJS.ProcessEnv, name: string): string =>
  join(env['XDG_STATE_HOME'] || join(env['HOME'] || homedir(), '.local', 'state'), 'registry-doctor', 'tls', name)

/** By what a registry on this machine is asked: as `localhost` by the host, by its container's name in the network. */
export const namesOf = (container: string): readonly string[] => ['localhost', '127.0.0.1', '::1', container]

/**
 * The certificates of a registry: those of an earlier run, as long as they belong together, have the right names and are good
 * for another month, else new ones. The authority stays where only the registry's own certificate has to be made.
 * @param directory see `tlsDirectory`
 * @param container the name of the registry's container
 * @returns with what keeps them: nothing is written before it is called, so a run that changes nothing can tell of them too
 * @throws HostError where the folder cannot be read
 */
export async function tlsFiles(
  host: Files,
  directory: string,
  container: string,
  now: Date,
): Promise<{ readonly files: TlsFiles; readonly keep: () => Promise<void> }> {
  const at = (name: string): string => join(directory, name)
  const read = async (name: string): Promise<string> => (await host.read(at(name))) ?? ''
  const [caKey, caText, serverKey, serverText] = await Promise.all(['ca.key', 'ca.crt', 'server.key', 'server.crt'].map(read))
  const known = { certificate: caText!, key: caKey! }
  const names = namesOf(container)
  const filesWith = (authority: string, certificate: string, made: TlsFiles['made']): TlsFiles => ({
    authority: { path: at('ca.crt'), text: authority },
    certificate: { path: at('server.crt'), text: certificate },
    keyPath: at('server.key'),
    made,
  })
  if (isServerCertificate({ certificate: serverText!, key: serverKey! }, known.certificate, names, now))
    return { files: filesWith(known.certificate, serverText!, 'nothing'), keep: async () => undefined }

  // What makes certificates is loaded where some have to be made, and not before.
  const { newAuthority, newServerCertificate } = await import('./authority.ts')
  const kept = isAuthority(known, now)
  const authority = kept ? known : await newAuthority(`registry-doctor development authority of ${container}`, now)
  const server = await newServerCertificate(authority, names, now)
  const keep = async (): Promise<void> => {
    // The key comes first: its folder is then made for this user alone.
    if (!kept) await host.write(at('ca.key'), authority.key, 0o600)
    if (!kept) await host.write(at('ca.crt'), authority.certificate, 0o644)
    await host.write(at('server.key'), server.key, 0o600)
    await host.write(at('server.crt'), server.certificate, 0o644)
  }
  return { files: filesWith(authority.certificate, server.certificate, kept ? 'certificate' : 'authority'), keep }
}
