import { docsOf, type Code } from '../model/codes.ts'
import type { Finding, Remedy } from '../model/finding.ts'
import { pullErrorMeanings } from '../model/pull-error-meanings.ts'
import type { PullErrorClass } from '../model/pull-error.ts'
import { manual, remedy, text, type Maker } from './remedy.ts'
import { quote } from './quote.ts'
import { staleImageRemedies } from './stale-image.ts'

type ImageCode = Extract<
  Code,
  | `image-${string}`
  | 'registry-emptied'
  | 'registry-content-incomplete'
  | 'error-masks-not-found'
  | 'registry-auth-required'
  | 'registry-forbids'
  | 'registry-rate-limits'
  | 'registry-server-error'
  | 'node-disk-full'
  | 'pull-queue-blocked'
  | 'pull-policy-never'
  | 'container-not-started'
  | 'in-cluster-pull-failed'
>

/** More commands than these are nobody's to paste. */
const mostCommands = 5

const first = (finding: Finding, key: 'images' | 'nodes'): string => (finding.data[key] as string[])[0] ?? ''
const image = (finding: Finding): string => quote(first(finding, 'images'))

/** Where its parts lie in the volume of the registry. Source: distribution v3.1.2, registry/storage/paths.go. */
const blobDirectory = (digest: string): string =>
  `/var/lib/registry/docker/registry/v2/blobs/sha256/${digest.slice('sha256:'.length, 'sha256:'.length + 2)}/${digest.slice('sha256:'.length)}`

/** What is to be done about images, and about what a registry says of them. */
export const imageMakers: { readonly [C in ImageCode]: Maker } = {
  'image-not-pushed': (finding) => {
    const [source, target] = [text(finding, 'built'), text(finding, 'pushAs')]
    if (text(finding, 'builder') !== '') return pushOfBuilder(finding)
    return target === ''
      ? [manual('publish the registry on the host, then push', `# the host has no address to push ${source} to`)]
      : [remedy(`push ${source}`, 'safe', { op: 'image.push', source, target })]
  },
  'image-not-in-registry': (finding) => {
    const near = text(finding, 'near')
    const host = text(finding, 'registryHost')
    return [
      near === ''
        ? manual('push the image, or correct its name in the workload', `# under the name ${first(finding, 'images')}`)
        : manual('correct the name in the workload, or push the image under the name that it wants', `# there is ${host}/${near}`),
    ]
  },
  'registry-emptied': (finding) => [
    manual(
      'push the images again',
      `# the registry lacks ${(finding.data['images'] as string[]).join(', ')}, and what else the nodes pulled from it:`,
      `docker exec ${quote(text(finding, 'holder'))} ctr -n k8s.io images ls -q ${quote(`name~="^${text(finding, 'registryHost')}/"`)}`,
    ),
  ],
  'registry-content-incomplete': (finding) => {
    const container = text(finding, 'container')
    const broken = (finding.data['missing'] as string[] | undefined) ?? []
    if (container === '') return [manual('push the image again, after it was removed from the registry', `# ${first(finding, 'images')}`)]
    return [
      manual(
        'remove what is broken from the registry, then push the image again',
        ...broken.map((digest) => `docker exec ${quote(container)} rm -rf ${blobDirectory(digest)}`),
        // It remembers what it had.
        `docker restart ${quote(container)}`,
        `docker push ${quote(text(finding, 'pushAs') || first(finding, 'images'))}`,
      ),
    ]
  },
  'image-platform-mismatch': (finding) => [
    manual(
      'build it for the platform of the nodes',
      `docker buildx build --platform ${quote(text(finding, 'platform'))} --tag ${quote(text(finding, 'pushAs') || first(finding, 'images'))} --push .`,
    ),
  ],
  'image-stale-on-node': staleImageRemedies,
  'image-host-not-served': (finding) => {
    const [host, instead] = [text(finding, 'registryHost'), text(finding, 'instead')]
    if (instead === '')
      return [manual('name the images as the nodes know their registry', `# or lead the nodes to a registry by the host ${host}`)]
    const uses = finding.data['uses'] as { namespace: string; owner: string; container: string; image: string }[]
    return [
      manual(
        'name the images as the nodes know the registry, in the chart or in the cluster',
        `# push them there first: the host is ${instead} instead of ${host}`,
        ...uses
          // The template of a job cannot be changed.
          .filter(({ owner }) => !owner.startsWith('job/'))
          .slice(0, mostCommands)
          .map(
            ({ namespace, owner, container, image: name }) =>
              `${text(finding, 'kubectl')} -n ${quote(namespace)} set image ${quote(owner)} ${quote(`${container}=${instead}${name.slice(host.length)}`)}`,
          ),
      ),
    ]
  },
  'image-name-invalid': (finding) => [
    manual(
      'correct the name in the workload',
      `# HOST[:PORT]/REPOSITORY[:TAG], the repository in lower case; it says ${first(finding, 'images')}`,
    ),
  ],
  'error-masks-not-found': (finding) => [
    manual('repair what it is listed under', '# to see every request with its answer:', `registry-doctor explain ${image(finding)}`),
  ],
  'registry-auth-required': (finding) => [
    manual(
      'give the pods credentials',
      `kubectl create secret docker-registry local-registry --docker-server=${quote(text(finding, 'registryHost'))} --docker-username=USER --docker-password=PASSWORD`,
      `kubectl patch serviceaccount default -p '{"imagePullSecrets":[{"name":"local-registry"}]}'`,
      '# both in the namespace of the pods, which have to be created again',
    ),
  ],
  'registry-forbids': readLog,
  'registry-rate-limits': readLog,
  'registry-server-error': readLog,
  'node-disk-full': (finding) => [
    manual(
      'see what takes the room, then remove what nobody uses',
      'docker system df',
      `docker exec ${quote(finding.subject.name)} crictl rmi --prune`,
    ),
  ],
  'container-not-started': (finding) => [
    manual(
      'see what keeps containers from starting on the node',
      `kubectl describe node ${quote(first(finding, 'nodes'))}`,
      `docker exec ${quote(first(finding, 'nodes'))} crictl info`,
    ),
  ],
  'pull-queue-blocked': (finding) => [
    manual(
      'repair what hangs, or remove the pods that wait for it',
      `# the pull of ${text(finding, 'behind')} comes first on ${finding.subject.name}`,
    ),
  ],
  'pull-policy-never': (finding) => [
    manual(
      'let it be pulled, or load it into the nodes',
      '# in the workload: imagePullPolicy: IfNotPresent, or with the image of the engine:',
      `kind load docker-image ${image(finding)} --name ${quote(finding.subject.cluster ?? '')}`,
    ),
  ],
  'in-cluster-pull-failed': (finding) => {
    const { code } = pullErrorMeanings[(finding.data['class'] as PullErrorClass | undefined) ?? 'unknown']
    const usual = code === finding.code ? [] : [`# errors of this kind are usually what ${docsOf(code)} tells of`]
    return [manual('see every request with its answer', `registry-doctor explain ${image(finding)}`, ...usual)]
  },
}

/** A builder in a container may not reach what the host reaches: its localhost is itself. */
function pushOfBuilder(finding: Finding): Remedy[] {
  const target = text(finding, 'pushAs')
  const platforms = finding.data['platforms'] as string[]
  const build = `docker buildx build --builder ${quote(text(finding, 'builder'))} --tag ${quote(target || first(finding, 'images'))}`
  const push = manual(
    'build it again and let the builder push it, where it reaches the registry',
    `${build}${platforms.length > 1 ? ` --platform ${quote(platforms.join(','))}` : ''} --push .`,
  )
  // Not every engine can hold an image of several platforms.
  if (target === '' || platforms.length > 1) return [push]
  const load = manual('build it again, load it into the engine and push it', `${build} --load .`, `docker push ${quote(target)}`)
  return finding.data['pushFailed'] === true ? [load] : [load, push]
}

function readLog(finding: Finding): Remedy[] {
  const container = text(finding, 'container')
  return [
    manual(
      `see what ${finding.subject.name} says of it`,
      ...(container === '' ? [`# the log of ${finding.subject.name}`] : [`docker logs --tail 50 ${quote(container)}`]),
    ),
  ]
}
