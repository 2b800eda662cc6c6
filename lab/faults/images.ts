/** Faults of images: what a pod wants is not there, not whole, not for this machine, or cannot be asked for at all. */
import { docker } from '../docker.ts'
import { onNodes, removeHostsToml, restoreAll, run, undoAll, type Fault, type Undo } from '../fault.ts'
import { changeBlob, forgetRepository, pushOwnImage } from '../registry-content.ts'
import { connectRegistry, ensureRegistry, helloImage, registryHost, registryName } from '../registry.ts'
import { ensureHelloImage } from '../small-images.ts'

const nothing: Undo = async () => {}

/** containerd 1.x goes on after a 404 to the host itself, and shows what became of that. */
const maskedOn1 = (containerd: string): readonly string[] => (containerd.startsWith('1.') ? ['error-masks-not-found'] : [])

const built = `${registryHost}/lab/built:1`
const helo = `${registryHost}/lab/helo:1`
const otherTag = `${registryHost}/lab/hello:2`
const kept = `${registryHost}/lab/kept:1`
const incomplete = `${registryHost}/lab/incomplete:1`
const otherPlatform = `${registryHost}/lab/other-platform:1`
const upperCase = `${registryHost}/lab/Hello:1`

/** An image with a manifest and a layer to which this happened in the registry's storage. */
async function damagedLayer(script: string): Promise<Undo> {
  const layer = await pushOwnImage({ repository: 'lab/incomplete', tag: '1' })
  await changeBlob(layer, script)
  return async () => {
    await forgetRepository('lab/incomplete')
    // An upload leaves a file alone that is there, however it looks.
    await changeBlob(layer, 'rm -f "$1"')
  }
}

/** The engine has an image that the registry does not have. */
async function buildOnly(): Promise<Undo> {
  await forgetRepository('lab/built')
  await run('tag', await ensureHelloImage(), built)
  return undoAll(
    async () => void (await forgetRepository('lab/built')),
    async () => void (await docker(['rmi', built])),
  )
}

export const imageFaults: readonly Fault[] = [
  {
    name: 'image-not-pushed',
    title: 'an image had been built and tagged for the registry, and not pushed',
    causes: [{ code: 'image-not-pushed' }],
    explains: [],
    explainsOn: maskedOn1,
    exitCode: 1,
    repairable: true,
    foundByPods: true,
    pull: { node: 'worker', image: built },
    pods: [{ node: 'worker', image: built, cause: 'image-not-pushed' }],
    make: buildOnly,
  },
  {
    name: 'image-not-in-registry-near',
    title: 'a pod wanted lab/helo, and the registry had lab/hello',
    causes: [{ code: 'image-not-in-registry' }],
    explains: [],
    explainsOn: maskedOn1,
    exitCode: 1,
    repairable: false,
    pods: [{ node: 'worker', image: helo, cause: 'image-not-in-registry' }],
    make: async () => nothing,
  },
  {
    name: 'image-not-in-registry-tag',
    title: 'pods wanted a tag that the registry did not have, one of them for its init container',
    causes: [{ code: 'image-not-in-registry' }],
    explains: [],
    explainsOn: maskedOn1,
    exitCode: 1,
    repairable: false,
    pods: [
      { node: 'worker', image: otherTag, cause: 'image-not-in-registry' },
      { node: 'worker2', image: otherTag, cause: 'image-not-in-registry', kind: 'init' },
    ],
    make: async () => nothing,
  },
  {
    name: 'registry-emptied',
    title: 'the registry had been made anew and was empty; one node still had an image that it had pulled before',
    causes: [{ code: 'registry-emptied' }],
    explains: ['image-not-in-registry'],
    explainsOn: maskedOn1,
    exitCode: 1,
    repairable: false,
    pods: [{ node: 'worker2', image: kept, cause: 'registry-emptied' }],
    async make(cluster) {
      await pushOwnImage({ repository: 'lab/kept', tag: '1' })
      const worker = [`${cluster.name}-worker`]
      await onNodes(worker, `crictl rmi ${kept} 2> /dev/null || true; crictl pull ${kept}`)
      await run('rm', '-f', '-v', registryName)
      await ensureRegistry(cluster.images ?? 'auto')
      await connectRegistry()
      return undoAll(restoreAll(cluster), () => onNodes(worker, `crictl rmi ${kept}`))
    },
  },
  {
    name: 'registry-content-incomplete',
    title: 'the registry had the manifest of an image and an empty file for its layer, as a full disk or a crash leaves it',
    causes: [{ code: 'registry-content-incomplete' }],
    explains: [],
    exitCode: 1,
    repairable: false,
    pods: [{ node: 'worker', image: incomplete, cause: 'registry-content-incomplete' }],
    make: () => damagedLayer(': > "$1"'),
  },
  {
    name: 'registry-content-gone',
    title: 'the registry had the manifest of an image, and its layer was gone',
    causes: [{ code: 'registry-content-incomplete' }],
    explains: [],
    exitCode: 1,
    repairable: false,
    pods: [{ node: 'worker', image: incomplete, cause: 'registry-content-incomplete' }],
    make: () => damagedLayer('rm "$1"'),
  },
  {
    name: 'image-platform-mismatch',
    title: 'the image in the registry was for another kind of machine only',
    causes: [{ code: 'image-platform-mismatch' }],
    explains: [],
    exitCode: 1,
    repairable: false,
    pods: [{ node: 'worker', image: otherPlatform, cause: 'image-platform-mismatch' }],
    async make() {
      await pushOwnImage({ repository: 'lab/other-platform', tag: '1', architecture: 's390x' })
      return async () => void (await forgetRepository('lab/other-platform'))
    },
  },
  {
    name: 'image-name-invalid',
    title: 'a pod wanted an image whose name has an upper case letter',
    causes: [{ code: 'image-name-invalid' }],
    explains: [],
    exitCode: 1,
    repairable: false,
    pods: [{ node: 'worker', image: upperCase, cause: 'image-name-invalid' }],
    make: async () => nothing,
  },
  {
    name: 'pull-policy-never',
    title: 'a pod was not to pull its image, and its node did not have it',
    causes: [{ code: 'pull-policy-never' }],
    explains: [],
    exitCode: 1,
    repairable: false,
    pods: [{ node: 'worker', image: helloImage, pullPolicy: 'Never', cause: 'pull-policy-never' }],
    async make({ name }) {
      await docker(['exec', `${name}-worker`, 'crictl', 'rmi', helloImage])
      return nothing
    },
  },
  {
    name: 'image-not-pushed-and-hosts-toml-missing',
    title: 'two faults: one node had no hosts.toml, and an image had been built and not pushed',
    causes: [{ code: 'hosts-toml-missing', node: 'worker2' }, { code: 'image-not-pushed' }],
    explains: [],
    explainsOn: maskedOn1,
    exitCode: 1,
    repairable: true,
    foundByPods: true,
    pods: [
      { node: 'worker2', image: helloImage, cause: 'hosts-toml-missing' },
      { node: 'worker', image: built, cause: 'image-not-pushed' },
    ],
    async make(cluster) {
      const unbuilt = await buildOnly()
      return undoAll(unbuilt, await removeHostsToml(cluster, `${cluster.name}-worker2`))
    },
  },
]
