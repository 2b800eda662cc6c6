/** The lab's own node images: the shared Kubernetes image plus one thin layer per containerd, and per other kubelet. */
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureBaseImage } from './base-image.ts'
import { binaryPath, ensureProgram, programArtifact } from './binaries.ts'
import { cacheKey, withTempDir } from './cache.ts'
import { hasImage } from './docker.ts'
import { ensureKubernetesImage, install, sharedPrograms } from './kubernetes-image.ts'
import { addLayer } from './layers.ts'
import { containerd, kubelet as kubeletProgram, type Program } from './programs.ts'
import { output, run } from './run.ts'
import { step } from './steps.ts'
import { type ContainerdVersion, type KubeletVersion, kubernetesVersion } from './versions.ts'

const recipe = 2

/**
 * Registers the control plane's images in the database of this containerd. Their blobs lie in the layer below
 * already, and must not be collected as garbage before the database knows them. Pinned, as kind does, so that the
 * kubelet never removes them (the 1.7 client cannot say so while importing).
 */
const importScript = `set -e
mkdir -p /tmp/import
cat > /tmp/import/config.toml <<'C'
version = 2
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime"]
[plugins."io.containerd.gc.v1.scheduler"]
  startup_delay = "1h"
C
containerd -c /tmp/import/config.toml > /tmp/import/log 2>&1 &
until [ -S /run/containerd/containerd.sock ] && ctr version > /dev/null 2>&1; do
  kill -0 $! || { cat /tmp/import/log >&2; exit 1; }
  sleep 0.05
done
ctr -n k8s.io images import --all-platforms --no-unpack --digests -
for image in $(ctr -n k8s.io images ls -q); do
  ctr -n k8s.io images label "$image" io.cri-containerd.pinned=pinned > /dev/null
done
kill $!
wait $! || true
rm -rf /tmp/import /run/containerd
`

/** Every Go program that node images with these containerd versions need, and with another kubelet if one is wanted. */
export function nodePrograms(versions: readonly ContainerdVersion[], kubelet?: KubeletVersion): readonly Program[] {
  if (versions.length === 0) return []
  return [...sharedPrograms, ...versions.map(containerd), ...(kubelet === undefined ? [] : [kubeletProgram(kubelet)])]
}

/** kind's cri-base.json: the default spec of this containerd, with kind's hook and without limits. */
async function criBase(ctr: string): Promise<string> {
  const spec = JSON.parse(await output(ctr, ['oci', 'spec'])) as Record<string, unknown>
  delete (spec['process'] as Record<string, unknown>)['rlimits']
  const hooks = (spec['hooks'] ?? {}) as Record<string, unknown[] | undefined>
  const createContainer = [...(hooks['createContainer'] ?? []), { path: '/kind/bin/mount-product-files.sh' }]
  return JSON.stringify({ ...spec, hooks: { ...hooks, createContainer } }, null, 2)
}

/** Makes the node image of one containerd, with its own or another kubelet, unless the engine has it; gives its reference. */
export async function ensureNodeImage(version: ContainerdVersion, kubelet?: KubeletVersion): Promise<string> {
  if (kubelet === undefined) return ensureOwnKubeletImage(version)
  const [from] = await Promise.all([ensureOwnKubeletImage(version), ensureProgram(kubeletProgram(kubelet))])
  return ensureKubeletImage(from, version, kubelet)
}

async function ensureOwnKubeletImage(version: ContainerdVersion): Promise<string> {
  const program = containerd(version)
  const [base] = await Promise.all([ensureBaseImage(), ...nodePrograms([version]).map(ensureProgram)])
  const { image: from, layout } = await ensureKubernetesImage(base)
  const key = cacheKey({ recipe, from, program: programArtifact(program).key, importScript })
  const image = `registry-doctor-lab/node:${kubernetesVersion}-containerd${version.version}-${key}`
  const title = `node image containerd ${version.version}`
  if (await hasImage(image)) {
    await step(title, async ({ done }) => done('cached'))
    return image
  }
  await step(title, ({ log }) =>
    withTempDir('node', async (dir) => {
      await chmod(dir, 0o755)
      const binaries = ['containerd', 'ctr', 'containerd-shim-runc-v2'].map((b) => binaryPath(program, b))
      await install(binaries, join(dir, 'usr/local/bin'))
      await mkdir(join(dir, 'etc/containerd'), { recursive: true })
      await writeFile(join(dir, 'etc/containerd/cri-base.json'), await criBase(binaryPath(program, 'ctr')))
      const load = `tar -C "$1" -cf - . | docker exec -i "$2" sh -c "$3"`
      const inside = (id: string) => run('sh', ['-ec', load, 'sh', layout, id, importScript], { log })
      const changes = [`ENTRYPOINT ["/usr/local/bin/entrypoint","/sbin/init"]`]
      await addLayer({ from, tree: dir, to: image, changes, inside }, log)
    }),
  )
  return image
}

/** One more layer, so that the images below are the same with and without it. */
async function ensureKubeletImage(from: string, version: ContainerdVersion, kubelet: KubeletVersion): Promise<string> {
  const program = kubeletProgram(kubelet)
  const key = cacheKey({ from, program: programArtifact(program).key })
  const tag = `${kubernetesVersion}-containerd${version.version}-kubelet${kubelet.version}-${key}`
  const image = `registry-doctor-lab/node:${tag}`
  const title = `node image containerd ${version.version} kubelet ${kubelet.version}`
  if (await hasImage(image)) {
    await step(title, async ({ done }) => done('cached'))
    return image
  }
  await step(title, ({ log }) =>
    withTempDir('node', async (dir) => {
      await chmod(dir, 0o755)
      await install([binaryPath(program, 'kubelet')], join(dir, 'usr/bin'))
      await addLayer({ from, tree: dir, to: image }, log)
    }),
  )
  return image
}
