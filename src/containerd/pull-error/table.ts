import type { PullErrorClass } from '../../model/pull-error.ts'
import { imageRows, statusRows, wordRows } from './answer-rows.ts'
import { connectionRows } from './connection-rows.ts'
import { brokenRows, codeRows, contentRows } from './content-rows.ts'
import { nodeRows } from './node-rows.ts'
import type { PullErrorRow } from './row.ts'

/**
 * Texts of the kubelet and of the runtimes under it, in the order in which they must be tried. What an answer says of itself
 * comes first, as its body may say anything; many errors end in "not found" that are none of an image; and a request for a
 * token that does not arrive is no refusal.
 */
export const pullErrorTable: readonly PullErrorRow[] = [
  ...statusRows,
  ...nodeRows,
  ...imageRows,
  ...contentRows,
  ...connectionRows,
  ...brokenRows,
  ...wordRows,
  ...codeRows,
]

/** The class of the first row that knows the text. */
export const classOf = (text: string): PullErrorClass => pullErrorTable.find(({ pattern }) => pattern.test(text))?.class ?? 'unknown'
