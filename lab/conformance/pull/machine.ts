/** The machine of all rows: a network with its addresses, authorities, and a root that holds little more than containerd. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createSecureContext, type SecureContext } from 'node:tls'
import { makeCertificate } from '../../../test/ports/certificates.ts'
import type { CertsDFiles } from './certs-d.ts'
import type { Contexts } from './servers.ts'
import { addresses, nameServer } from './sites.ts'

const names = [...Object.keys(addresses), 'localhost', 'ip:127.0.0.1', `ip:${'0.'.repeat(15)}1`]

export class Machine {
  readonly contexts: Contexts
  readonly #root: string
  readonly #own = makeCertificate('own authority', { authority: true })

  /** @param root an empty directory */
  constructor(root: string, binary: string) {
    this.#root = root
    // This one every machine trusts; the other only who is given its certificate.
    const wellKnown = makeCertificate('well-known authority', { authority: true })
    this.contexts = {
      tls: context({ issuer: this.#own, names }),
      'tls-public': context({ issuer: wellKnown, names }),
      'tls-expired': context({ issuer: wellKnown, names, days: 0.01 }),
      'tls-other-name': context({ issuer: wellKnown, names: ['other.lan'] }),
    }
    makeNetwork()
    makeRoot(root)
    copyFileSync(binary, join(root, 'bin/containerd'))
    this.#put('etc/hosts', '127.0.0.1 localhost\n::1 localhost\n')
    this.#put('etc/resolv.conf', `nameserver ${nameServer}\n`)
    this.#put('etc/nsswitch.conf', 'hosts: files dns\n')
    this.#put('etc/ssl/certs/ca-certificates.crt', wellKnown.pem)
  }

  /** Replaces what lies in certs.d. */
  putCertsD(files: CertsDFiles): void {
    for (const directory of ['etc/containerd/certs.d', 'etc/docker']) rmSync(join(this.#root, directory), { recursive: true, force: true })
    for (const [path, content] of Object.entries(files)) this.#put(path, content === '@ca' ? this.#own.pem : content)
  }

  #put(path: string, content: string): void {
    const file = join(this.#root, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
}

function context(options: Parameters<typeof makeCertificate>[1]): SecureContext {
  const { pem: cert, keyPem: key } = makeCertificate('server', options)
  return createSecureContext({ cert, key })
}

const system = (command: string, ...args: string[]): void => void execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })

function makeNetwork(): void {
  system('ip', 'link', 'set', 'lo', 'up')
  for (const address of new Set([...Object.values(addresses), nameServer])) system('ip', 'address', 'add', `${address}/32`, 'dev', 'lo')
}

function makeRoot(root: string): void {
  // Snapshots cannot lie on every file system that a machine may have.
  system('mount', '-t', 'tmpfs', 'tmpfs', root)
  for (const path of ['bin', 'dev', 'proc', 'sys', 'tmp', 'run', 'var/lib']) mkdirSync(join(root, path), { recursive: true })
  system('mount', '-t', 'proc', 'proc', join(root, 'proc'))
  for (const path of ['dev', 'sys']) system('mount', '--rbind', `/${path}`, join(root, path))
}
