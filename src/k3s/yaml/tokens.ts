import type { Mark } from './refusal.ts'

interface At {
  readonly start: Mark
  readonly end: Mark
}

/** A part of a text that stands for itself. */
export type Sign =
  | 'stream-start'
  | 'stream-end'
  | 'document-start'
  | 'document-end'
  | 'block-sequence-start'
  | 'block-mapping-start'
  | 'block-end'
  | '['
  | ']'
  | '{'
  | '}'
  | ','
  | 'entry'
  | 'key'
  | 'value'

export type Scalar = At & { readonly type: 'scalar'; readonly value: string; readonly plain: boolean }
export type Name = At & { readonly type: 'anchor' | 'alias'; readonly value: string }
export type Tag = At & { readonly type: 'tag'; readonly handle: string; readonly suffix: string }
export type Directive = At &
  (
    | { readonly type: 'version-directive'; readonly version: string }
    | { readonly type: 'tag-directive'; readonly handle: string; readonly prefix: string }
  )

export type Token = (At & { readonly type: Sign }) | Scalar | Name | Tag | Directive
