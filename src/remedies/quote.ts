/** A word as a POSIX shell takes it literally; the variable of a loop over nodes stays one. */
export const quote = (word: string): string =>
  word === '$node' ? '"$node"' : /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
