import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ObservationFailure, type FileEntry } from '../../src/model/observation.ts'
import { entriesOf, nodeFiles } from '../../src/observe/node-files.ts'
import { createRedactor } from '../../src/redact/redact.ts'
import { DockerError } from '../../src/ports/docker.ts'
import { makeCertificate } from '../ports/certificates.ts'
import { archiveOf, type ArchiveEntry } from './archive.ts'
import { fakePorts } from './fake-ports.ts'

const read = async (...entries: ArchiveEntry[]): Promise<Record<string, FileEntry>> => entriesOf(await archiveOf(entries), '/etc')
const fileOf = (entry: FileEntry | undefined): Extract<FileEntry, { type: 'file' }> => {
  if (entry?.type !== 'file') throw new Error(`no file: ${JSON.stringify(entry)}`)
  return entry
}

test('the hash is that of the file as it is, and its lines are counted as there: secrets are replaced afterwards', async () => {
  const content = 'password = """\nfirst\nsecond"""\n[debug]\n'
  const entries = createRedactor(Buffer.from('key'))(await read({ name: 'config.toml', content }))
  const { text, sha256 } = fileOf(entries['/etc/config.toml'])
  expect(sha256).toBe(createHash('sha256').update(content).digest('hex'))
  expect(text).not.toMatch(/first|second/)
  expect(text?.split('\n').indexOf('[debug]')).toBe(3)
})

test('a directory with everything below it, by absolute path', async () => {
  const entries = await read(
    { name: 'containerd/' },
    { name: 'containerd/config.toml', content: 'version = 2\n' },
    { name: 'containerd/certs.d/' },
    { name: 'containerd/certs.d/localhost:5001/' },
    { name: 'containerd/certs.d/localhost:5001/hosts.toml', content: '' },
    { name: 'containerd/link', linkname: '../x' },
  )
  expect(entries).toEqual({
    '/etc/containerd': { type: 'dir' },
    '/etc/containerd/config.toml': {
      type: 'file',
      size: 12,
      sha256: '436f6de28726501973ddd9fb91fa92c6ec6225e5c28d8fbdb698dc1720e43714',
      text: 'version = 2\n',
    },
    '/etc/containerd/certs.d': { type: 'dir' },
    '/etc/containerd/certs.d/localhost:5001': { type: 'dir' },
    '/etc/containerd/certs.d/localhost:5001/hosts.toml': {
      type: 'file',
      size: 0,
      sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      text: '',
    },
    '/etc/containerd/link': { type: 'link', target: '../x' },
  })
})

describe('names of a hostile archive stay below the directory that was asked for', () => {
  test.each([
    ['../../root/.ssh/id', '/etc/root/.ssh/id'],
    ['a/../../../../x', '/etc/x'],
    ['/etc/shadow', '/etc/etc/shadow'],
    ['./a//b', '/etc/a/b'],
    ['__proto__', '/etc/__proto__'],
    ['a\nb', '/etc/a\nb'],
  ])('%j', async (name, path) => {
    expect(Object.keys(await read({ name, content: 'x' }))).toEqual([path])
    expect(({} as { type?: unknown }).type).toBeUndefined()
  })

  test('the root itself can be asked for', async () => {
    expect(
      Object.keys(
        await entriesOf(
          await archiveOf([
            { name: 'etc/', type: 'directory' },
            { name: 'etc/x', content: '' },
          ]),
          '/',
        ),
      ),
    ).toEqual(['/etc', '/etc/x'])
  })
})

test('a link is told of and not followed', async () => {
  expect(await read({ name: 'a', linkname: '/etc/shadow' })).toEqual({ '/etc/a': { type: 'link', target: '/etc/shadow' } })
})

test('a hard link leads to the path that its file has here', async () => {
  expect(await read({ name: 'd/a', content: 'x' }, { name: 'd/b', type: 'link', linkname: 'd/a' })).toMatchObject({
    '/etc/d/b': { type: 'link', target: '/etc/d/a' },
  })
})

test.each(['fifo', 'character-device', 'block-device'] as const)('a %s is no file', async (type) => {
  expect(await read({ name: 'a', type }, { name: 'b', content: 'x' })).toEqual({ '/etc/b': expect.anything() as unknown })
})

test('long names, in both ways of writing them', async () => {
  const long = `${'d'.repeat(90)}/${'e'.repeat(120)}/${'f'.repeat(150)}`
  expect(Object.keys(await read({ name: long, content: 'x' }))).toEqual([`/etc/${long}`])
  // As GNU tar writes it: an entry of its own with the name.
  const gnu = await archiveOf([
    { name: '././@LongLink', type: 'file', content: `${long}\0` },
    { name: 'short', content: 'x' },
  ])
  gnu[156] = 'L'.charCodeAt(0)
  const sum = gnu.subarray(0, 512).reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0)
  gnu.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  expect(Object.keys(await entriesOf(gnu, '/etc'))).toEqual([`/etc/${long}`])
})

test('ten thousand entries', async () => {
  const archive = await archiveOf(Array.from({ length: 10_000 }, (_, index) => ({ name: `d/${index}`, content: String(index) })))
  expect(Object.keys(await entriesOf(archive, '/etc'))).toHaveLength(10_000)
})

describe('an archive that is broken is a failure, never half an answer', () => {
  test('cut off in a file', async () => {
    const whole = await archiveOf([{ name: 'a', content: 'x'.repeat(2_000) }])
    await expect(entriesOf(whole.subarray(0, 1_000), '/etc')).rejects.toThrow()
  })
  test('a size that no disk has', async () => {
    const whole = await archiveOf([{ name: 'a', content: 'x' }])
    whole.write('77777777777\0', 124)
    const sum = whole.subarray(0, 512).reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0)
    whole.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    await expect(entriesOf(whole, '/etc')).rejects.toThrow()
  })
  test('no archive', async () => {
    await expect(entriesOf(Buffer.alloc(1_024, 'x'), '/etc')).rejects.toThrow()
  })
  test('as an observation', async () => {
    const ports = fakePorts({ docker: { archive: async () => Buffer.alloc(1_024, 'x') } })
    await expect(nodeFiles(ports, { node: 'n', path: '/etc/x' })).rejects.toBeInstanceOf(ObservationFailure)
  })
  test('nothing at all is an empty answer', async () => {
    expect(await entriesOf(Buffer.alloc(1_024), '/etc')).toEqual({})
  })
})

describe('what a file holds', () => {
  test('text up to 256 KiB', async () => {
    const entries = await read({ name: 'a', content: 'x'.repeat(262_144) }, { name: 'b', content: 'x'.repeat(262_145) })
    expect(fileOf(entries['/etc/a']).text).toHaveLength(262_144)
    expect(entries['/etc/b']).toEqual({ type: 'file', size: 262_145, sha256: expect.any(String) as string })
  })

  test('nothing of a binary file', async () => {
    expect(fileOf((await read({ name: 'a', content: Buffer.from([1, 0, 2]) }))['/etc/a'])).not.toHaveProperty('text')
  })

  const authority = makeCertificate('my ca', { authority: true })
  const server = makeCertificate('registry', { issuer: authority, names: ['kind-registry', 'ip:172.18.0.4'], days: 30 })

  test('of a certificate what is needed to judge it, and no text', async () => {
    const file = fileOf((await read({ name: 'ca.crt', content: server.pem }))['/etc/ca.crt'])
    expect(file).not.toHaveProperty('text')
    expect(file).not.toHaveProperty('holdsPrivateKey')
    expect(file.certificates).toEqual([
      {
        subject: 'CN=registry',
        issuer: 'CN=my ca',
        names: ['DNS:kind-registry', 'IP Address:172.18.0.4'],
        notBefore: expect.stringMatching(/GMT$/) as string,
        notAfter: expect.stringMatching(/GMT$/) as string,
        sha256: expect.stringMatching(/^[\w+/]{43}=$/) as string,
        publicKeySha256: expect.stringMatching(/^[\w+/]{43}=$/) as string,
      },
    ])
  })

  test('of a chain every certificate', async () => {
    const file = fileOf((await read({ name: 'chain', content: `# comment\n${server.pem}${authority.pem}` }))['/etc/chain'])
    expect(file.certificates?.map((one) => one.subject)).toEqual(['CN=registry', 'CN=my ca'])
  })

  test('of one that is broken nothing, beside one that is not', async () => {
    const broken = server.pem.replace(/\n[A-Za-z0-9+/]{30}/, '\n!!!')
    const file = fileOf((await read({ name: 'chain', content: broken + authority.pem }))['/etc/chain'])
    expect(file.certificates?.map((one) => one.subject)).toEqual(['CN=my ca'])
  })

  test.each([
    ['a key', server.keyPem],
    ['a key behind its certificate', server.pem + server.keyPem],
    ['an encrypted key', server.keyPem.replaceAll('PRIVATE KEY', 'ENCRYPTED PRIVATE KEY')],
    ['a key of an older form', server.keyPem.replaceAll('PRIVATE KEY', 'RSA PRIVATE KEY')],
    ['a PGP key', server.keyPem.replaceAll('PRIVATE KEY', 'PGP PRIVATE KEY BLOCK')],
    ['a key that is cut off', server.keyPem.slice(0, 100)],
    ['a key inside another text', `key = """${server.keyPem}"""\n`],
  ])('of %s only that it is there', async (_what, content) => {
    const file = fileOf((await read({ name: 'client.key', content }))['/etc/client.key'])
    expect(file.holdsPrivateKey).toBe(true)
    expect(JSON.stringify(file)).not.toContain(server.keyPem.split('\n')[1]!.slice(0, 40))
  })

  test('a quarter of a megabyte of beginnings of certificates does not take longer than reading it', async () => {
    const started = performance.now()
    await read({ name: 'a', content: '-----BEGIN CERTIFICATE-----\n'.repeat(9_000) })
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})

test('a path that is not there is an answer, an engine that refuses is a failure', async () => {
  const absent = fakePorts({ docker: { archive: async () => null } })
  expect(await nodeFiles(absent, { node: 'n', path: '/etc/x' })).toEqual({ absent: true })
  const refusing = fakePorts({ docker: { archive: async () => Promise.reject(new DockerError('too-large', 'more than 8 bytes')) } })
  await expect(nodeFiles(refusing, { node: 'n', path: '/' })).rejects.toMatchObject({
    kind: 'node.files',
    code: 'too-large',
    message: 'more than 8 bytes',
  })
})
