/** Lines that take the place of others: of `line`, the first being 1, and what follows it `remove` go. */
export type Splice = {
  readonly line: number
  readonly remove: number
  readonly insert: string[]
}

/** The lines of a text. What follows the last line break is none where it is empty. */
const linesOf = (text: string): string[] => text.replace(/\n$/, '').split('\n')

/** What is different between two texts, from the first line that is to the last one. */
export function spliceBetween(before: string, after: string): Splice {
  const [old, now] = [linesOf(before), linesOf(after)]
  const shortest = Math.min(old.length, now.length)
  let first = 0
  while (first < shortest && old[first] === now[first]) first++
  let last = 0
  while (last < shortest - first && old.at(-1 - last) === now.at(-1 - last)) last++
  return { line: first + 1, remove: old.length - first - last, insert: now.slice(first, now.length - last) }
}

/** A text with the splice made in it. Its last line ends with a line break, if it did before or not. */
export function spliced(text: string, { line, remove, insert }: Splice): string {
  const lines = linesOf(text).toSpliced(line - 1, remove, ...insert)
  return lines.map((one) => `${one}\n`).join('')
}

/**
 * The change of a file of which the record has not all: the lines alone that change.
 * @param mark what stands in the record for a secret
 * @returns null where a secret stands among these lines
 */
export function spliceBesideSecrets(before: string, after: string, mark: RegExp = /\[redacted:/): Splice | null {
  const splice = spliceBetween(before, after)
  const { line, remove, insert } = splice
  const touched = [...linesOf(before).slice(line - 1, line - 1 + remove), ...insert]
  return touched.some((one) => mark.test(one)) ? null : splice
}
