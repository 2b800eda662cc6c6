import type { FoundCluster } from '../../../discover/found-cluster.ts'
import { itemsOf, valueAt } from '../../../lint/known-keys.ts'
import type { ContainerSummary } from '../../../model/observation.ts'

interface NodeWanted {
  readonly role: string
  readonly image?: string
}

/** In what a cluster differs from a configuration, as far as its containers show it: number, roles and images of its nodes. */
export function differences(existing: FoundCluster, config: unknown, containers: readonly ContainerSummary[]): string[] {
  if (config === undefined) return []
  const wanted = existing.provider === 'kind' ? kindNodes(config) : k3dNodes(config)
  return ['control-plane', 'worker'].flatMap((role) => {
    const [asked, there] = [wanted.filter((one) => one.role === role), existing.nodes.filter((one) => one.role === role)]
    if (asked.length !== there.length) return [`${there.length} ${role} nodes, not ${asked.length}`]
    const images = there.map((node) => containers.find((one) => one.name === node.name)?.image ?? '')
    const other = asked.find(({ image }) => image !== undefined && !images.some((one) => isSame(one, image)))
    return other ? [`no ${role} node of ${other.image}`] : []
  })
}

/** Without a list of nodes kind makes one. */
function kindNodes(config: unknown): NodeWanted[] {
  const nodes = itemsOf(valueAt(config, ['nodes']))
  if (nodes.length === 0) return [{ role: 'control-plane' }]
  return nodes.map((one) => {
    const [role, image] = [valueAt(one, ['role']), valueAt(one, ['image'])]
    return { role: role === 'worker' ? 'worker' : 'control-plane', ...(typeof image === 'string' && { image }) }
  })
}

function k3dNodes(config: unknown): NodeWanted[] {
  const count = (key: string, usual: number): number => {
    const given = valueAt(config, [key])
    return typeof given === 'number' && given >= 0 && given <= 1000 ? given : usual
  }
  const image = valueAt(config, ['image'])
  const nodes = (role: string, length: number): NodeWanted[] =>
    Array.from({ length }, () => ({ role, ...(typeof image === 'string' && { image }) }))
  return [...nodes('control-plane', count('servers', 1)), ...nodes('worker', count('agents', 0))]
}

/** The engine shows a name with a digest as it was given, or by the digest alone. */
const isSame = (there: string, asked: string): boolean =>
  there === asked || there === asked.replace(/@sha256:[0-9a-f]{64}$/, '') || there.replace(/^docker\.io\/(?:library\/)?/, '') === asked
