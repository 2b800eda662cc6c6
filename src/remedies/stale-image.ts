import type { Finding, Remedy } from '../model/finding.ts'
import { withoutTag } from '../model/image-name.ts'
import { manual, text } from './remedy.ts'
import { quote } from './quote.ts'

/** One container that runs the old image. */
interface Use {
  readonly namespace: string
  readonly pod: string
  readonly owner: string | null
  readonly container: string
  readonly kind: string
  readonly policy: string
  /** Its node holds the old image under that tag. */
  readonly held: boolean
}

/** More commands than these are nobody's to paste. */
const mostCommands = 5

/** Kinds whose template can be changed, and whose pods are made anew then. */
const canRollOut = ({ owner }: Use): boolean => /^(?:deploy|sts|ds)\//.test(owner ?? '')

/** A node that holds an image of that name is only asked again where the policy wants it. */
const staysOld = ({ policy, held }: Use): boolean => held && policy !== 'Always'

/** What makes pods run the new image. Nothing is removed from a node: an image goes by all of its names at once. */
export function staleImageRemedies(finding: Finding): Remedy[] {
  const uses = finding.data['uses'] as unknown as readonly Use[]
  const image = (finding.data['images'] as string[])[0] ?? ''
  if (finding.data['loaded'] === true) return [loadAgain(finding, image, uses)]
  if (!uses.some(staysOld)) return [manual('let the pods be made anew', ...commands(finding, uses, restart))]
  return [
    manual(
      'have the image asked for each time; its pods are made anew by that',
      '# a restart alone starts the old build again, as the node holds it under this tag',
      ...commands(finding, uses, (one, kubectl) => (staysOld(one) ? pullAlways(one, kubectl) : restart(one, kubectl))),
    ),
    manual(
      'give each build a tag of its own',
      ...commands(
        finding,
        uses.filter(canRollOut),
        ({ namespace, owner, container }, kubectl) =>
          `${kubectl} -n ${quote(namespace)} set image ${quote(owner!)} ${quote(`${container}=${withoutTag(image)}:NEW-TAG`)}`,
      ),
    ),
  ]
}

/** A command for each owner, once. */
function commands(finding: Finding, uses: readonly Use[], command: (use: Use, kubectl: string) => string): string[] {
  const all = [...new Set(uses.map((one) => command(one, text(finding, 'kubectl'))))]
  return all.length <= mostCommands ? all : [...all.slice(0, mostCommands), `# and ${all.length - mostCommands} more like these`]
}

function restart(use: Use, kubectl: string): string {
  const { namespace, owner, pod } = use
  if (canRollOut(use)) return `${kubectl} -n ${quote(namespace)} rollout restart ${quote(owner!)}`
  if (owner !== null) return `${kubectl} -n ${quote(namespace)} delete pod ${quote(pod)}`
  return `${kubectl} -n ${quote(namespace)} get pod ${quote(pod)} -o yaml | ${kubectl} replace --force -f -`
}

function pullAlways(use: Use, kubectl: string): string {
  const { namespace, owner, container, kind } = use
  if (!canRollOut(use)) return `# make ${owner ?? `pod ${use.pod}`} in ${namespace} again with imagePullPolicy: Always, or with another tag`
  const list = kind === 'init' ? 'initContainers' : 'containers'
  const patch = { spec: { template: { spec: { [list]: [{ name: container, imagePullPolicy: 'Always' }] } } } }
  return `${kubectl} -n ${quote(namespace)} patch ${quote(owner!)} -p ${quote(JSON.stringify(patch))}`
}

/** What was loaded into nodes is loaded again under its name, and pods go on with the old one until they are made anew. */
function loadAgain(finding: Finding, image: string, uses: readonly Use[]): Remedy {
  const cluster = quote(finding.subject.cluster ?? '')
  const load =
    finding.data['provider'] === 'k3d'
      ? `k3d image import ${quote(image)} -c ${cluster}`
      : `kind load docker-image ${quote(image)} --name ${cluster}`
  const isHeld = uses.some((one) => one.held)
  return manual(
    'load the image into the nodes again, then let the pods be made anew',
    ...(isHeld ? [load] : []),
    ...commands(finding, uses, restart),
  )
}
