import { describe, expect, test } from 'vitest'
import { readDiskSpace, readHeldImages } from '../../src/observe/node-store.ts'

const [pulled, loaded, config] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`, `sha256:${'c'.repeat(64)}`]

/** As `ctr` of containerd 2.1.4 prints them. */
const printed = `REF                                                                                                  TYPE                                       DIGEST                                                                  SIZE      PLATFORMS   LABELS
localhost:5001/lab/hello:1                                                                           application/vnd.oci.image.index.v1+json    ${pulled} 1.2 KiB   linux/amd64 io.cri-containerd.image=managed
localhost:5001/lab/hello@${pulled}   application/vnd.oci.image.index.v1+json    ${pulled} 1.2 KiB   linux/amd64 io.cri-containerd.image=managed
localhost:5001/lab/loaded:1                                                                          application/vnd.oci.image.manifest.v1+json ${loaded} 900.0 B   linux/amd64 -
localhost:50010/lab/other:1                                                                          application/vnd.oci.image.manifest.v1+json ${loaded} 900.0 B   linux/amd64 -
localhost:5001/lab/several:1                                                                         application/vnd.docker.distribution.manifest.list.v2+json ${loaded} 1.0 MiB   linux/amd64,linux/arm64/v8 -
${config}                              application/vnd.oci.image.index.v1+json    ${pulled} 1.2 KiB   linux/amd64 io.cri-containerd.image=managed
--- pulled
DIGEST	SIZE	AGE	LABELS
${pulled}	482B	2 hours	containerd.io/distribution.source.localhost:5001=lab/hello,containerd.io/gc.ref.content.m.0=sha256:cc
sha256:${'d'.repeat(64)}	1.2kB	About a minute	containerd.io/distribution.source.localhost:5001=lab/hello
`

test('what a node holds of a registry host, and what of it was pulled', () => {
  expect(readHeldImages(printed, 'localhost:5001')).toEqual([
    { name: 'localhost:5001/lab/hello:1', digest: pulled, pulled: true, of: 'index', platforms: ['linux/amd64'], config },
    { name: `localhost:5001/lab/hello@${pulled}`, digest: pulled, pulled: true, of: 'index', platforms: ['linux/amd64'], config },
    { name: 'localhost:5001/lab/loaded:1', digest: loaded, pulled: false, of: 'manifest', platforms: ['linux/amd64'] },
    { name: 'localhost:5001/lab/several:1', digest: loaded, pulled: false, of: 'index', platforms: ['linux/amd64', 'linux/arm64/v8'] },
  ])
})

test.each(['', '--- pulled\n', 'REF TYPE DIGEST SIZE PLATFORMS LABELS \n--- pulled\nDIGEST SIZE AGE LABELS\n'])(
  'nothing of it, where ctr prints %j',
  (text) => expect(readHeldImages(text, 'localhost:5001')).toEqual([]),
)

describe('room on a file system', () => {
  const blocks =
    'Filesystem     1024-blocks     Used Available Capacity Mounted on\n/dev/vda         264212084 34490944  61010320      37% /var\n'
  const inodes = 'Filesystem       Inodes  IUsed    IFree IUse% Mounted on\n/dev/vda       16777216 974115 15803101    6% /var\n'

  test('in blocks and inodes', () =>
    expect(readDiskSpace(blocks + inodes)).toEqual({
      mountedOn: '/var',
      totalKiB: 264212084,
      availableKiB: 61010320,
      freeInodes: 15803101,
    }))

  test('where there is no fixed number of inodes (btrfs)', () =>
    expect(
      readDiskSpace(
        `${blocks}Filesystem       Inodes  IUsed    IFree IUse% Mounted on\n/dev/vda            0      0        0     - /var\n`,
      ),
    ).toEqual({
      mountedOn: '/var',
      totalKiB: 264212084,
      availableKiB: 61010320,
    }))

  test('of a mount whose names hold spaces', () =>
    expect(readDiskSpace('Filesystem 1024-blocks Used Available Capacity Mounted on\nmy disk 100 100 0 100% /mnt/a b\n')).toEqual({
      mountedOn: '/mnt/a b',
      totalKiB: 100,
      availableKiB: 0,
    }))

  test.each(['', 'df: /x: No such file or directory\n', 'Filesystem 1024-blocks\n'])('that cannot be read: %j', (text) =>
    expect(readDiskSpace(text)).toBeNull(),
  )
})
