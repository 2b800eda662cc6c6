/** The lab's registry over TLS, with a certificate of an authority that is made for it and that nobody knows. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withTempDir } from './cache.ts'
import type { UpOptions } from './cluster-note.ts'
import { restoreAll, run, undoAll, type Undo } from './fault.ts'
import { ensurePackages } from './packages.ts'
import { helloImage, pushImage, registryName, registryPort, testLabels, waitForRegistry } from './registry.ts'
import { output } from './run.ts'
import { registryImage } from './versions.ts'

export interface Certificate {
  /** Default: the container's name and localhost. */
  readonly names?: readonly string[]
  readonly expired?: boolean
}

/** A registry over TLS in place of the lab's own. */
export interface TlsRegistry {
  /** The certificate of its authority. */
  readonly ca: string
  /** Gives the lab's own registry back. */
  readonly undo: Undo
}

/** Puts a registry over TLS, with the lab's image in it, in the place of the lab's own. Keys exist in its container alone. */
export async function startTlsRegistry(cluster: UpOptions, certificate: Certificate = {}): Promise<TlsRegistry> {
  await ensurePackages('openssl package', { openssl: 'openssl' })
  const remove = async (): Promise<void> => void (await run('rm', '-f', '-v', registryName))
  const ca = await withTempDir('certificates', async (folder) => {
    await makeCertificate(folder, certificate)
    await remove()
    const settings = Object.entries({ CERTIFICATE: 'registry.crt', KEY: 'registry.key' })
    const tls = settings.flatMap(([name, file]) => ['-e', `REGISTRY_HTTP_TLS_${name}=/certs/${file}`])
    const publish = ['-p', `127.0.0.1:${registryPort}:5000`]
    await run('create', '--name', registryName, ...testLabels, '--restart=always', ...publish, ...tls, registryImage)
    await run('cp', join(folder, 'certs'), `${registryName}:/`)
    return readFile(join(folder, 'ca.crt'), 'utf8')
  })
  // Before it is started: attaching a network renews the published ports.
  await run('network', 'connect', 'kind', registryName)
  await run('start', registryName)
  await waitForRegistry({ tls: true })
  await pushImage(helloImage)
  return { ca, undo: undoAll(restoreAll(cluster), remove) }
}

/** openssl-ca(1) rather than openssl-x509(1): it can say when a certificate ends. */
const config = (folder: string): string => `
[ca]
default_ca = lab
[lab]
database = ${folder}/index.txt
new_certs_dir = ${folder}
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
`

async function makeCertificate(folder: string, { names = [registryName, 'localhost'], expired = false }: Certificate): Promise<void> {
  const openssl = (...args: string[]): Promise<string> => output('openssl', args, { cwd: folder })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  await Promise.all([
    writeFile(join(folder, 'index.txt'), ''),
    writeFile(join(folder, 'ca.cnf'), config(folder)),
    mkdir(join(folder, 'certs')),
  ])
  await openssl('req', '-x509', ...key, '-days', '3650', '-subj', '/CN=lab authority', '-keyout', 'ca.key', '-out', 'ca.crt')
  const wanted = ['-subj', `/CN=${names[0]}`, '-addext', `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`]
  await openssl('req', ...key, ...wanted, '-keyout', 'certs/registry.key', '-out', 'registry.csr')
  const end = expired ? '20200201000000Z' : '20991231000000Z'
  const signed = ['-cert', 'ca.crt', '-keyfile', 'ca.key', '-startdate', '20200101000000Z', '-enddate', end]
  await openssl('ca', '-batch', '-notext', '-config', 'ca.cnf', ...signed, '-in', 'registry.csr', '-out', 'certs/registry.crt')
}
