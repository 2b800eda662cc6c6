/** The lab's own node images for k3d: Debian, the programs that stand in for k3s, k3s' containerd, and the stand-in's script. */
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { ensureBaseImage } from './base-image.ts'
import { binaryPath, ensureHelper, ensureProgram, programArtifact } from './binaries.ts'
import { cacheKey, withTempDir } from './cache.ts'
import { docker, dockerOutput, hasImage } from './docker.ts'
import { imagesDir, programsDir } from './k3s-stand-in/paths.ts'
import { install } from './kubernetes-image.ts'
import { addLayer } from './layers.ts'
import { writeLayout } from './oci.ts'
import { crictl, etcd, k3sContainerd, kubernetes, type Program } from './programs.ts'
import { output, run } from './run.ts'
import { ensureBusybox } from './small-images.ts'
import { step } from './steps.ts'
import { k3sPauseImage, type K3sVersion, kubernetesVersion } from './versions.ts'

const recipe = 1

const kubernetesParts = ['kubeadm', 'kubelet', 'kubectl', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler']

/** k3s' one binary is also these programs, with its own places for defaults (k3s, pkg/kubectl, pkg/ctr, pkg/crictl). */
const wrappers = {
  k3s: `case "\${1:-}" in
kubectl | ctr | crictl) exec "$@" ;;
esac
exec ${programsDir}/node/ld.so --library-path ${programsDir}/node ${programsDir}/node/node ${programsDir}/stand-in.mjs "$@"`,
  kubectl: `if [ -z "\${KUBECONFIG:-}" ] && [ -r /etc/rancher/k3s/k3s.yaml ]; then export KUBECONFIG=/etc/rancher/k3s/k3s.yaml; fi
exec ${programsDir}/kubectl "$@"`,
  ctr: `export CONTAINERD_ADDRESS="\${CONTAINERD_ADDRESS:-/run/k3s/containerd/containerd.sock}" CONTAINERD_NAMESPACE="\${CONTAINERD_NAMESPACE:-k8s.io}"
exec ${programsDir}/ctr "$@"`,
  crictl: `export CRI_CONFIG_FILE="\${CRI_CONFIG_FILE:-/var/lib/rancher/k3s/agent/etc/crictl.yaml}"
exec ${programsDir}/crictl "$@"`,
}

/** rancher/k3s has busybox, and neither kind's files nor programs on which nobody may count there. */
const likeK3s = `rm -rf /kind /etc/containerd /etc/crictl.yaml /etc/cni /usr/local/bin/*
rm -f /usr/bin/curl /usr/bin/openssl /usr/bin/getent /usr/bin/jq /usr/bin/perl /usr/bin/bash
for applet in wget nslookup telnet ping vi xxd; do [ -e /usr/bin/$applet ] || ln -s busybox /usr/bin/$applet; done
ln -sf busybox /usr/bin/sh`

/** As in k3s' package/Dockerfile. */
const changes = [
  'ENTRYPOINT ["/bin/k3s"]',
  'CMD ["agent"]',
  'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/bin/aux',
  'ENV CRI_CONFIG_FILE=/var/lib/rancher/k3s/agent/etc/crictl.yaml',
  ...['/var/lib/kubelet', '/var/lib/rancher/k3s', '/var/lib/cni', '/var/log'].map((path) => `VOLUME ${path}`),
]

/** Every Go program that k3d nodes with these versions need. */
export function k3sPrograms(versions: readonly K3sVersion[]): readonly Program[] {
  return versions.length === 0 ? [] : [kubernetes, crictl, etcd, ...versions.map(k3sContainerd)]
}

/** Copies this machine's Node with the libraries that it needs: the node's own may be older. */
async function installNode(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true })
  await copyFile(process.execPath, join(dir, 'node'))
  for (const line of (await output('ldd', [process.execPath])).split('\n')) {
    const path = /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1]
    if (path === undefined) continue
    await copyFile(path, join(dir, basename(path).startsWith('ld-') ? 'ld.so' : basename(path)))
  }
  await chmod(join(dir, 'ld.so'), 0o755)
}

async function addPauseImage(root: string, log: string): Promise<void> {
  await mkdir(join(root, imagesDir), { recursive: true })
  const binary = await ensureHelper('pause')
  await withTempDir('pause', async (dir) => {
    await writeLayout(dir, [{ ref: `docker.io/${k3sPauseImage}`, binary, place: '' }], log)
    await run('tar', ['-C', dir, '-cf', join(root, imagesDir, 'pause.tar'), '.'], { log })
  })
}

/** What all of these images share. */
async function ensureSharedImage(base: string): Promise<string> {
  const pause = basename(join(await ensureHelper('pause'), '..'))
  const programs = [kubernetes, crictl, etcd].map((p) => programArtifact(p).key)
  const key = cacheKey({ recipe, base, programs, pause, k3sPauseImage, wrappers, likeK3s, changes, node: process.version, kubernetesParts })
  const image = `registry-doctor-lab/k3s:${key}`
  if (await hasImage(image)) return image
  const busybox = await ensureBusybox()
  await step('k3s image', ({ log }) =>
    withTempDir('k3s', async (dir) => {
      await chmod(dir, 0o755) // becomes the mode of the image's root
      const parts = kubernetesParts.map((name) => binaryPath(kubernetes, name))
      await install([...parts, binaryPath(crictl, 'crictl'), binaryPath(etcd, 'etcd')], join(dir, programsDir))
      await installNode(join(dir, programsDir, 'node'))
      await addPauseImage(dir, log)
      await install([busybox], join(dir, 'usr/bin'))
      for (const [name, script] of Object.entries(wrappers)) {
        await writeFile(join(dir, 'usr/bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
      }
      const inside = (id: string) => run('docker', ['exec', id, 'sh', '-ec', likeK3s], { log })
      await addLayer({ from: base, tree: dir, to: image, changes, stopSignal: 'SIGTERM', inside }, log)
    }),
  )
  return image
}

/** One more layer with k3s' containerd. */
async function ensureContainerdImage(from: string, version: K3sVersion): Promise<string> {
  const program = k3sContainerd(version)
  const image = `registry-doctor-lab/k3s-containerd:${version.containerd}-${cacheKey({ from, program: programArtifact(program).key })}`
  if (await hasImage(image)) return image
  await step(`k3s image containerd ${version.containerd}`, ({ log }) =>
    withTempDir('k3s', async (dir) => {
      await chmod(dir, 0o755)
      await install(
        ['containerd', 'containerd-shim-runc-v2'].map((name) => binaryPath(program, name)),
        join(dir, 'usr/bin'),
      )
      await install([binaryPath(program, 'ctr')], join(dir, programsDir))
      await addLayer({ from, tree: dir, to: image, changes, stopSignal: 'SIGTERM' }, log)
    }),
  )
  return image
}

/** The stand-in as one file. */
async function standIn(): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL('./k3s-stand-in/main.ts', import.meta.url))],
    // the same bytes from wherever it is called: names of files are in them
    absWorkingDir: fileURLToPath(new URL('.', import.meta.url)),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    write: false,
    logLevel: 'silent',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  })
  return result.outputFiles[0]!.text
}

/** Makes the node image of one containerd of k3s unless the engine has it; gives its reference. */
export async function ensureK3sImage(version: K3sVersion): Promise<string> {
  const [base, script] = await Promise.all([ensureBaseImage(), standIn(), ...k3sPrograms([version]).map(ensureProgram)])
  const from = await ensureContainerdImage(await ensureSharedImage(base), version)
  const release = JSON.stringify({ ...version, kubernetes: kubernetesVersion, pauseImage: k3sPauseImage })
  const image = `registry-doctor-lab/k3s-node:${version.k3s.replace('+', '-')}-${cacheKey({ from, script, release })}`
  if (await hasImage(image)) return image
  await step(`k3s image stand-in ${version.k3s}`, ({ log }) =>
    withTempDir('k3s', async (dir) => {
      await chmod(dir, 0o755)
      await mkdir(join(dir, programsDir), { recursive: true })
      await writeFile(join(dir, programsDir, 'stand-in.mjs'), script)
      await writeFile(join(dir, programsDir, 'release.json'), release)
      await mkdir(join(dir, 'usr/lib'), { recursive: true })
      await writeFile(join(dir, 'usr/lib/os-release'), `PRETTY_NAME="K3s ${version.k3s} (stand-in)"\n`)
      await addLayer({ from, tree: dir, to: image, changes, stopSignal: 'SIGTERM' }, log)
    }),
  )
  await removeOlder(image)
  return image
}

/** The stand-in changes with the renderer, often: what no container uses any more goes. */
async function removeOlder(image: string): Promise<void> {
  const pattern = `${image.slice(0, image.lastIndexOf('-'))}-*`
  const all = await dockerOutput(['images', '--filter', `reference=${pattern}`, '--format', '{{.Repository}}:{{.Tag}}'])
  for (const other of all.split('\n')) if (other !== '' && other !== image) await docker(['rmi', other])
}
