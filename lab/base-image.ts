/** The base image of all node images: Debian, settled as kind's base Dockerfile does it. */
import { createHash } from 'node:crypto'
import { chmod, copyFile, cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureHelper, moduleDir } from './binaries.ts'
import { cacheKey, once, withTempDir } from './cache.ts'
import { canGrantSysResource } from './capabilities.ts'
import { debianArtifact, ensureDebian, runApart } from './debian.ts'
import { dockerOutput, hasImage } from './docker.ts'
import { run } from './run.ts'
import { step } from './steps.ts'
import { kindVersion } from './versions.ts'

const recipe = 1

/** What kind's base Dockerfile does after the packages are there, run inside the new root. */
const settle = `set -e
find /lib/systemd/system/sysinit.target.wants/ -name systemd-tmpfiles-setup.service -delete
rm -f /lib/systemd/system/multi-user.target.wants/* /etc/systemd/system/*.wants/* \\
  /lib/systemd/system/local-fs.target.wants/* /lib/systemd/system/sockets.target.wants/*udev* \\
  /lib/systemd/system/sockets.target.wants/*initctl* /lib/systemd/system/basic.target.wants/*
echo ReadKMsg=no >> /etc/systemd/journald.conf
systemctl enable kubelet.service containerd.service undo-mount-hacks.service
systemctl mask systemd-binfmt.service
mkdir -p /etc/kubernetes/manifests /opt/cni/bin /kind/manifests /LICENSES
for p in host-local loopback ptp portmap; do cp /usr/lib/cni/$p /opt/cni/bin/; done
rm -rf /usr/lib/cni /var/cache/apt/* /var/lib/apt/lists/* /usr/share/doc /usr/share/man /usr/share/locale
`

/** The module cache is read-only and its modes mean nothing: these are the modes of kind's Dockerfile. */
const modes = `cd "$1"
for d in etc/containerd etc/crictl.yaml etc/default etc/sysctl.d etc/systemd/system kind LICENSES; do
  find $d -type d -exec chmod 755 {} +
  find $d -type f -exec chmod 644 {} +
done
chmod 755 usr/local/bin/* kind/bin/*
`

async function addKindFiles(root: string, log: string): Promise<void> {
  const files = join(await moduleDir('sigs.k8s.io/kind', kindVersion, { log }), 'images', 'base', 'files')
  await cp(files, root, { recursive: true, force: true })
  await run('sh', ['-ec', modes, 'sh', root], { log })
}

/** Gives the node its runc; without CAP_SYS_RESOURCE neither runc nor containerd may ask for it. */
async function addRunc(root: string, wrapper: string | undefined): Promise<void> {
  // kind's place of runc, first on PATH
  const place = join(root, 'usr/local/sbin/runc')
  await mkdir(join(root, 'usr/local/sbin'), { recursive: true })
  if (wrapper === undefined) return symlink('/usr/sbin/runc', place)
  await copyFile(wrapper, place)
  await chmod(place, 0o755)
  const config = join(root, 'etc/containerd/config.toml')
  const text = await readFile(config, 'utf8')
  await writeFile(config, text.replace('restrict_oom_score_adj = false', 'restrict_oom_score_adj = true'))
}

async function fileHash(path: string | undefined): Promise<string | undefined> {
  return path === undefined
    ? undefined
    : createHash('sha256')
        .update(await readFile(path))
        .digest('hex')
}

/** Makes the base image in the engine unless it is there; gives its reference. */
export function ensureBaseImage(): Promise<string> {
  return once('base image', makeBaseImage)
}

async function makeBaseImage(): Promise<string> {
  const wrapper = (await canGrantSysResource()) ? undefined : await ensureHelper('runc-wrapper')
  const debian = debianArtifact().key
  const key = cacheKey({ recipe, debian, settle, modes, kindVersion, wrapper: await fileHash(wrapper) })
  const image = `registry-doctor-lab/base:${key}`
  if (await hasImage(image)) return image
  const tar = await ensureDebian()
  await step('base image', ({ log }) =>
    withTempDir('base', async (dir) => {
      const root = join(dir, 'root')
      await mkdir(root)
      await run('tar', ['-C', root, '--numeric-owner', '-xpf', tar], { log })
      await addKindFiles(root, log)
      await runApart(['chroot', root, 'sh'], log, settle)
      await addRunc(root, wrapper)
      await run('tar', ['-C', root, '--numeric-owner', '-cf', join(dir, 'base.tar'), '.'], { log })
      await dockerOutput(['import', '--change', 'ENV container=docker', join(dir, 'base.tar'), image], { log })
    }),
  )
  return image
}
