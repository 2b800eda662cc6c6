import type { Place } from './refusal.ts'

interface At {
  readonly place: Place
}

export type Scalar = At & {
  readonly kind: 'scalar'
  readonly value: string
  /** In full, as `tag:yaml.org,2002:int`; empty where there is none. Tags of lists and maps have no effect. */
  readonly tag: string
  /** Written without quotes: what it is follows from how it looks. */
  readonly implicit: boolean
}
export type Sequence = At & { readonly kind: 'sequence'; readonly items: readonly Node[] }
export type Mapping = At & { readonly kind: 'mapping'; readonly entries: readonly (readonly [key: Node, value: Node])[] }
export type Alias = At & { readonly kind: 'alias'; readonly name: string; readonly target: Target }
/** What can have an anchor. */
export type Target = Scalar | Sequence | Mapping
export type Node = Target | Alias
