/** The image that all lab nodes share: base + Kubernetes + the blobs of the control plane's images. */
import { chmod, copyFile, cp, mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { binaryPath, ensureHelper, ensureProgram, programArtifact } from './binaries.ts'
import { type Artifact, artifactPath, cacheKey, hasArtifact, makeArtifact, withTempDir } from './cache.ts'
import { hasImage } from './docker.ts'
import { addLayer } from './layers.ts'
import { type BinaryImage, writeLayout } from './oci.ts'
import { crictl, etcd, kubernetes } from './programs.ts'
import { step } from './steps.ts'
import { etcd as etcdImage, kubernetesVersion, pauseImage } from './versions.ts'

const recipe = 2
const contentStore = 'var/lib/containerd/io.containerd.content.v1.content'

/** Programs in the shared image. */
export const sharedPrograms = [kubernetes, crictl, etcd]

/** Pods get addresses without kindnet, whose image cannot be had: each node has the same small range. */
const cni = {
  cniVersion: '0.4.0',
  name: 'lab',
  plugins: [
    {
      type: 'ptp',
      ipMasq: true,
      ipam: { type: 'host-local', ranges: [[{ subnet: '10.244.0.0/24' }]], routes: [{ dst: '0.0.0.0/0' }] },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
}

const storageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'kubernetes.io/no-provisioner',
}

/** Copies programs into a directory of an image, executable by all. */
export async function install(files: readonly string[], dir: string): Promise<void> {
  await mkdir(dir, { recursive: true })
  for (const file of files) {
    await copyFile(file, join(dir, basename(file)))
    await chmod(join(dir, basename(file)), 0o755)
  }
}

async function controlPlaneImages(): Promise<readonly BinaryImage[]> {
  const place = 'usr/local/bin'
  const parts = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler']
  return [
    ...parts.map((p) => ({ ref: `registry.k8s.io/${p}:${kubernetesVersion}`, binary: binaryPath(kubernetes, p), place })),
    { ref: etcdImage.image, binary: binaryPath(etcd, 'etcd'), place },
    { ref: pauseImage, binary: await ensureHelper('pause'), place: '' },
  ]
}

/** The control plane's images as an OCI layout in the cache. */
async function ensureLayout(): Promise<{ layout: string; key: string }> {
  const images = await controlPlaneImages()
  // a binary is known by its artifact's name, wherever the cache lies
  const inputs = images.map((i) => ({ ...i, binary: i.binary.split('/').slice(-2).join('/') }))
  const artifact: Artifact = { group: 'images', name: 'control-plane', key: cacheKey({ recipe, inputs }) }
  if (!hasArtifact(artifact)) {
    await step('control-plane images', ({ log }) => makeArtifact(artifact, (dir) => writeLayout(dir, images, log)))
  }
  return { layout: artifactPath(artifact), key: artifact.key }
}

/** An image, and the directory with the OCI layout whose blobs it holds. */
export interface KubernetesImage {
  readonly image: string
  readonly layout: string
}

/** Makes the shared image on top of the base image unless the engine has it. */
export async function ensureKubernetesImage(base: string): Promise<KubernetesImage> {
  await Promise.all(sharedPrograms.map(ensureProgram))
  const { layout, key: layoutKey } = await ensureLayout()
  const programs = [kubernetes, crictl].map((p) => programArtifact(p).key)
  const key = cacheKey({ recipe, base, programs, layoutKey, cni, storageClass })
  const image = `registry-doctor-lab/kubernetes:${key}`
  if (await hasImage(image)) return { image, layout }
  await step('kubernetes image', ({ log }) =>
    withTempDir('kubernetes', async (dir) => {
      await chmod(dir, 0o755) // becomes the mode of the image's root
      await install(
        ['kubeadm', 'kubelet', 'kubectl'].map((p) => binaryPath(kubernetes, p)),
        join(dir, 'usr/bin'),
      )
      await install([binaryPath(crictl, 'crictl')], join(dir, 'usr/local/bin'))
      for (const d of ['kind/manifests', 'etc/cni/net.d', contentStore]) await mkdir(join(dir, d), { recursive: true })
      await writeFile(join(dir, 'kind/version'), kubernetesVersion)
      await writeFile(join(dir, 'kind/manifests/default-storage.yaml'), JSON.stringify(storageClass))
      await writeFile(join(dir, 'etc/cni/net.d/10-lab.conflist'), JSON.stringify(cni))
      await cp(join(layout, 'blobs'), join(dir, contentStore, 'blobs'), { recursive: true })
      await addLayer({ from: base, tree: dir, to: image }, log)
    }),
  )
  return { image, layout }
}
