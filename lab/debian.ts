/** Debian as a root file system for node images, from the packages' mirror that this machine uses. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Artifact, artifactPath, cacheKey, hasArtifact, makeArtifact } from './cache.ts'
import { ensurePackages, isRoot } from './packages.ts'
import { run } from './run.ts'
import { step } from './steps.ts'

const suite = 'bookworm'

/** What kind's base image installs, plus the programs that kind builds from source. */
const packages = `
systemd systemd-sysv dbus
conntrack iptables nftables iproute2 ethtool util-linux mount kmod
libseccomp2 pigz bash ca-certificates curl jq procps
runc containernetworking-plugins
`
  .trim()
  .split(/\s+/)

const recipe = 1

export function debianArtifact(): Artifact {
  return { group: 'rootfs', name: `debian-${suite}`, key: cacheKey({ recipe, suite, packages, arch: process.arch }) }
}

/** Finds the mirror of a suite in the text of a sources file, in either of apt's two formats. */
export function mirrorIn(text: string, wanted: string): string | undefined {
  const line = new RegExp(`^deb\\s+(?:\\[[^\\]]*\\]\\s+)?(\\S+)\\s+${wanted}\\s+(?:\\S+\\s+)*main\\b`, 'm').exec(text)
  if (line) return line[1]
  for (const stanza of text.split(/\n\s*\n/)) {
    const field = (name: string): string[] => (new RegExp(`^${name}:(.*)$`, 'im').exec(stanza)?.[1] ?? '').trim().split(/\s+/)
    const active = !/^Enabled:\s*no/im.test(stanza) && field('Types').includes('deb')
    if (active && field('Suites').includes(wanted) && field('Components').includes('main')) return field('URIs')[0]
  }
  return undefined
}

/** The mirror that apt uses: debootstrap's default one may be out of reach. */
async function aptMirror(): Promise<string> {
  const dir = '/etc/apt/sources.list.d'
  const names = await readdir(dir).catch((): string[] => [])
  for (const file of ['/etc/apt/sources.list', ...names.map((n) => join(dir, n))]) {
    const mirror = mirrorIn(await readFile(file, 'utf8').catch(() => ''), suite)
    if (mirror) return mirror
  }
  throw new Error(`no apt source of Debian ${suite} on this machine: the lab's own node images need one`)
}

/** Runs a command in mount and pid namespaces of its own: whatever kills it, no mount and no process stays. */
export async function runApart(args: readonly string[], log: string, input?: string): Promise<void> {
  await run('unshare', ['--mount', '--pid', '--fork', '--kill-child', '--', ...args], { log, input })
}

/** Gives the path of a tar file with Debian installed but nothing configured for kind. */
export async function ensureDebian(): Promise<string> {
  const artifact = debianArtifact()
  const tar = join(artifactPath(artifact), 'root.tar')
  if (hasArtifact(artifact)) return tar
  if (!isRoot()) throw new Error("the lab's own node images can only be built by root")
  await ensurePackages('debootstrap package', { debootstrap: 'debootstrap' })
  await step(`debian ${suite}`, async ({ log }) => {
    const mirror = await aptMirror()
    await makeArtifact(artifact, async (dir) => {
      const root = join(dir, 'root')
      await runApart(['debootstrap', '--variant=minbase', `--include=${packages.join(',')}`, suite, root, mirror], log)
      await run('tar', ['-C', root, '--numeric-owner', '-cf', join(dir, 'root.tar'), '.'], { log })
      await run('rm', ['-rf', root], { log })
    })
  })
  return tar
}
