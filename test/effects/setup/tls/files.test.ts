import { execFileSync, spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { createServer, get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newAuthority, newServerCertificate } from '../../../../src/effects/setup/tls/authority.ts'
import { namesOf, tlsDirectory, tlsFiles } from '../../../../src/effects/setup/tls/files.ts'
import { isAuthority, isServerCertificate } from '../../../../src/effects/setup/tls/judge.ts'
import type { KeyPair } from '../../../../src/effects/setup/tls/key-pair.ts'
import { createHostWritePort } from '../../../../src/ports/write/host-adapter.ts'

const host = createHostWritePort(process.env)
const now = new Date()
const inDays = (days: number): Date => new Date(now.getTime() + days * 86_400_000)
const hasOpenssl = spawnSync('openssl', ['version']).status === 0

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'registry-doctor-tls-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Asks a server of HTTPS with these certificates by a name, as one who trusts an authority alone. */
async function askOver(server: KeyPair, authority: string, name: string): Promise<string> {
  const listening = createServer({ cert: server.certificate, key: server.key }, (_request, response) => response.end('{}'))
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const { port } = listening.address() as { port: number }
  try {
    return await new Promise((resolve) => {
      const request = get({ ca: authority, servername: name, host: '127.0.0.1', port, agent: false, headers: { host: name } }, (answer) => {
        answer.resume()
        resolve(`HTTP ${answer.statusCode}`)
      })
      request.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    })
  } finally {
    await new Promise((resolve) => listening.close(resolve))
  }
}

describe('the authority and its certificates', () => {
  let [authority, server, other]: KeyPair[] = []
  beforeAll(async () => {
    authority = await newAuthority('test', now)
    server = await newServerCertificate(authority, namesOf('kind-registry'), now)
    other = await newAuthority('test', now)
  })

  test.each(['localhost', 'kind-registry'])('who trusts the authority takes the server by the name %s', async (name) => {
    expect(await askOver(server!, authority!.certificate, name)).toBe('HTTP 200')
  })

  test('a name that it does not have is refused, and so is another authority of the same name', async () => {
    expect(await askOver(server!, authority!.certificate, 'other-registry')).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
    expect(await askOver(server!, other!.certificate, 'localhost')).toMatch(/SIGNATURE|UNABLE_TO_VERIFY/)
  })

  test('it says what it is for, to everyone who reads it', () => {
    const [own, issuer] = [new X509Certificate(server!.certificate), new X509Certificate(authority!.certificate)]
    expect(own.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:kind-registry')
    expect([issuer.ca, own.ca]).toEqual([true, false])
    expect(own.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
    expect([own, issuer].map((one) => Math.round((Date.parse(one.validTo) - Date.parse(one.validFrom)) / 86_400_000))).toEqual([825, 3652])
    expect(own.serialNumber).not.toBe(issuer.serialNumber)
  })

  test.skipIf(!hasOpenssl)('openssl takes the chain too, with what it demands of authorities', async () => {
    const paths = await Promise.all(
      Object.entries({ 'ca.crt': authority!, 'server.crt': server! }).map(async ([name, { certificate }]) => {
        await host.write(join(folder, 'openssl', name), certificate, 0o644)
        return join(folder, 'openssl', name)
      }),
    )
    const verify = ['verify', '-x509_strict', '-purpose', 'sslserver', '-verify_hostname', 'kind-registry', '-CAfile', ...paths]
    expect(execFileSync('openssl', verify, { encoding: 'utf8' })).toMatch(/: OK\n$/)
    const text = execFileSync('openssl', ['x509', '-in', paths[0]!, '-noout', '-text'], { encoding: 'utf8' })
    expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/)
    expect(text).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign/)
  })

  test('what is judged good is just that', async () => {
    const names = namesOf('kind-registry')
    const good = (pair: KeyPair, ca: KeyPair, at = now, wanted = names): boolean => isServerCertificate(pair, ca.certificate, wanted, at)
    expect(good(server!, authority!)).toBe(true)
    expect({
      'of another authority': good(server!, other!),
      'with the key of another': good({ ...server!, key: other!.key }, authority!),
      'for another name': good(server!, authority!, now, namesOf('k3d-registry')),
      'near its end': good(server!, authority!, inDays(800)),
      'before its time': good(server!, authority!, inDays(-1)),
      'a file that is cut off': good({ ...server!, certificate: server!.certificate.slice(0, 200) }, authority!),
      nothing: good({ certificate: '', key: '' }, { certificate: '', key: '' }),
      'an authority that ends soon': isAuthority(authority!, inDays(3640)),
      'an authority with another key': isAuthority({ ...authority!, key: server!.key }, now),
      'a server for an authority': isAuthority(server!, now),
    }).toEqual({
      'of another authority': false,
      'with the key of another': false,
      'for another name': false,
      'near its end': false,
      'before its time': false,
      'a file that is cut off': false,
      nothing: false,
      'an authority that ends soon': false,
      'an authority with another key': false,
      'a server for an authority': false,
    })
    expect(isAuthority(authority!, inDays(3600))).toBe(true)
  })
})

describe('the files', () => {
  const made = async (name: string, at = now) => {
    const directory = join(folder, name)
    const { files, keep } = await tlsFiles(host, directory, 'kind-registry', at)
    return { directory, files, keep }
  }

  test('nothing is written before it is kept; then keys are for their owner alone', async () => {
    const { directory, files, keep } = await made('first')
    expect(files.made).toBe('authority')
    await expect(stat(directory)).rejects.toThrow('ENOENT')
    await keep()
    const modes = await Promise.all(
      (await readdir(directory))
        .toSorted()
        .map(async (name) => `${name} ${((await stat(join(directory, name))).mode & 0o777).toString(8)}`),
    )
    expect(modes).toEqual(['ca.crt 644', 'ca.key 600', 'server.crt 644', 'server.key 600'])
    expect(((await stat(directory)).mode & 0o777).toString(8)).toBe('700')
    expect(JSON.stringify(files)).not.toContain('PRIVATE KEY')
  })

  test('the next run finds them, and writes nothing', async () => {
    const first = await made('again')
    await first.keep()
    const before = (await stat(join(first.directory, 'server.key'))).mtimeMs
    const second = await made('again')
    await second.keep()
    expect(second.files).toEqual({ ...first.files, made: 'nothing' })
    expect((await stat(join(first.directory, 'server.key'))).mtimeMs).toBe(before)
  })

  test('a certificate that ends is made anew by the same authority: nodes go on trusting it', async () => {
    const first = await made('renewed')
    await first.keep()
    const second = await made('renewed', inDays(800))
    await second.keep()
    expect(second.files.made).toBe('certificate')
    expect(second.files.authority).toEqual(first.files.authority)
    expect((await made('renewed', inDays(800))).files.made).toBe('nothing')
  })

  test('with the key of the authority lost, what it has signed is good as long as it lasts', async () => {
    const first = await made('lost')
    await first.keep()
    await host.remove(join(first.directory, 'ca.key'))
    expect((await made('lost')).files.made).toBe('nothing')
    expect((await made('lost', inDays(800))).files.made).toBe('authority')
  })

  test.each<[NodeJS.ProcessEnv, string]>([
    [{ XDG_STATE_HOME: '/state', HOME: '/home/me' }, '/state/registry-doctor/tls/kind-registry'],
    [{ XDG_STATE_HOME: '', HOME: '/home/me' }, '/home/me/.local/state/registry-doctor/tls/kind-registry'],
  ])('they lie in the state directory: %j', (env, expected) => {
    expect(tlsDirectory(env, 'kind-registry')).toBe(expected)
  })
})
