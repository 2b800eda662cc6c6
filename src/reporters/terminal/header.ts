import type { Report } from '../../model/report.ts'
import { count, oneLine } from '../text.ts'
import { entry, type Style } from './style.ts'

type Cluster = Report['clusters'][number]
type Registry = Report['registries'][number]

/** What was examined: one line per cluster and registry, and one where it was a bundle. */
export function header(report: Report, style: Style): string[] {
  return [
    ...(report.mode === 'bundle' ? entry(style, 'replay', 'of a recorded bundle: nothing on this machine was asked') : []),
    ...(report.only === undefined ? [] : entry(style, 'only', onlyText(report.only))),
    ...report.clusters.flatMap((cluster) => entry(style, 'cluster', clusterText(cluster))),
    ...report.registries.flatMap((registry) => entry(style, 'registry', registryText(registry))),
    ...(report.clusters.length > 0 && report.registries.length === 0
      ? entry(
          style,
          'registry',
          report.only?.pod === undefined ? 'none: nothing here refers to a local registry' : 'none: its images are of no local registry',
        )
      : []),
  ]
}

/** What discovery chose, and why. */
export const choices = (report: Report, style: Style): string[] =>
  (report.choices ?? []).flatMap(({ about, why }, nth) => entry(style, nth === 0 ? 'chosen' : '', `${about}: ${why}`))

/** What was asked after, where it was not everything. */
function onlyText({ namespace, pod, owner }: NonNullable<Report['only']>): string {
  const what = pod === undefined ? (owner === undefined ? 'pods' : `the pods of ${oneLine(owner)}`) : `pod ${oneLine(pod)}`
  const where = namespace === undefined ? '' : ` in namespace ${oneLine(namespace)}`
  const nodes = pod === undefined && owner === undefined ? '' : ', with the nodes and registries that this takes'
  return `${what}${where}${nodes}`
}

function clusterText({ name, provider, nodes }: Cluster): string {
  const stopped = nodes.filter((node) => !node.running).length
  const containerd = versions(nodes.map((node) => node.containerRuntime?.replace('://', ' ')))
  const kubelet = versions(nodes.map((node) => node.kubelet)).map((version) => `Kubernetes ${version}`)
  const facts = [count(nodes.length, 'node') + (stopped > 0 ? `, ${stopped} not running` : ''), ...containerd, ...kubelet]
  return `${oneLine(name)} (${provider}): ${facts.join(', ')}`
}

function registryText({ name, hostAddress, hostUrl, address, running }: Registry): string {
  const atHost = hostUrl ?? hostAddress
  const facts = [...(atHost === undefined ? [] : [`${oneLine(atHost)} (host)`]), `${address} (nodes)`]
  return `${oneLine(name)}${running === false ? ' (not running)' : ''}: ${facts.join(', ')}`
}

const versions = (all: readonly (string | undefined)[]): string[] => [...new Set(all.filter((version) => version !== undefined))].sort()
