import type { AttachedNetwork, ContainerDetail, ContainerSummary } from '../../src/model/observation.ts'
import type { ContainerOptions, Serving } from './kind.ts'
import { shapes } from './recorded.ts'

/** A container that is no node. */
export interface ContainerWorld {
  readonly summary: ContainerSummary
  readonly detail: ContainerDetail
  readonly listens: number
  readonly serves: Serving
  readonly empty: boolean
  readonly blobBytes?: number | 'gone'
  readonly accessLog: boolean
  readonly log: string[]
}

const up = ['running', 'paused']

/** Second number of the addresses of a network. */
const subnet = (network: string): number => ({ bridge: 17, kind: 18 })[network] ?? 19 + network.length

export function attached(networks: readonly string[], last: number, state: string): AttachedNetwork[] {
  return networks.toSorted().map((name) =>
    up.includes(state)
      ? {
          name,
          address: `172.${subnet(name)}.0.${last}`,
          ...(name !== 'bridge' && { addressV6: `fc00:f853:ccd:e7${subnet(name)}::${last}` }),
        }
      : { name, address: '' },
  )
}

/** A container as the recorded registry is one, with some facts changed. */
export function containerWorld(options: ContainerOptions, index: number): ContainerWorld {
  const recorded = shapes.registry
  const state = options.state ?? 'running'
  const networks = attached(options.networks ?? ['bridge', 'kind'], 5 + index * 10, state)
  const published = options.published ?? (index === 0 ? recorded.published : [])
  const listens = options.listens ?? 5000
  const detail: ContainerDetail = {
    ...recorded,
    name: options.name ?? 'kind-registry',
    image: options.image ?? recorded.image,
    state,
    exitCode: options.exitCode ?? (state === 'exited' ? 2 : 0),
    oomKilled: options.oomKilled ?? false,
    env: options.env ?? recorded.env,
    published,
    aliases: Object.fromEntries(networks.map(({ name }) => [name, name === 'bridge' ? [] : ['24695377c50f', ...(options.aliases ?? [])]])),
    networks,
  }
  const open = published.length === 0 ? [{ port: listens }] : published
  return {
    summary: {
      name: detail.name,
      image: detail.image,
      state,
      labels: options.labels ?? {},
      ports: up.includes(state) ? open : [],
      networks,
    },
    detail,
    listens,
    serves: state === 'paused' ? 'hangs' : (options.serves ?? 'registry'),
    empty: options.empty ?? false,
    ...(options.blobBytes !== undefined && { blobBytes: options.blobBytes }),
    accessLog: options.accessLog ?? true,
    log: [],
  }
}

export const isUp = ({ summary }: ContainerWorld): boolean => up.includes(summary.state)
