import { itemsOf, valueAt } from '../known-keys.ts'
import type { Problem } from '../problem.ts'
import type { YamlSource } from '../yaml-source.ts'

const certsD = '/etc/containerd/certs.d'

/** A node without the certs.d that others have mounted asks registry hosts themselves. */
export function mountProblems(source: YamlSource): Problem[] {
  const nodes = itemsOf(valueAt(source.value, ['nodes']))
  const mounts = nodes.map((node) => itemsOf(valueAt(node, ['extraMounts'])).map((one) => clean(valueAt(one, ['containerPath']))))
  const wanted = new Set(mounts.flat().filter((path) => path === certsD || path.startsWith(`${certsD}/`)))
  return [...wanted].flatMap((path) => {
    const served = (node: readonly string[]): boolean => node.some((one) => one === path || path.startsWith(`${one}/`))
    const without = mounts.flatMap((node, index) => (served(node) ? [] : [index]))
    if (without.length === 0) return []
    const [first] = without as [number]
    const which = without.map((index) => `${index + 1}`).join(', ')
    const message = `${path} is mounted into other nodes, and not into ${without.length === 1 ? 'node' : 'nodes'} ${which} of the list: pods there ask the registry host itself`
    return [{ code: 'hosts-toml-missing', severity: 'warning', ...source.place(['nodes', first]), message }]
  })
}

const clean = (path: unknown): string => (typeof path === 'string' ? path.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1') : '')
