/**
 * What differs between two texts as one edit of lines: from `line` (1 is the first) on, `remove` lines are replaced.
 */
export function lineEdit(before: string, after: string): { line: number; remove: number; insert: string[] } {
  const [old, now] = [before.split('\n'), after.split('\n')]
  const shorter = Math.min(old.length, now.length)
  let start = 0
  while (start < shorter && old[start] === now[start]) start++
  let end = 0
  while (end < shorter - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end++
  return { line: start + 1, remove: old.length - start - end, insert: now.slice(start, now.length - end) }
}
