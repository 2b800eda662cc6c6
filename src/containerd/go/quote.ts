const named: { readonly [char: string]: string } = {
  '"': String.raw`\"`,
  '\\': '\\\\',
  '\u0007': String.raw`\a`,
  '\b': String.raw`\b`,
  '\f': String.raw`\f`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
  '\v': String.raw`\v`,
}

/** A text in quotes as Go's %q writes it: what cannot be seen is escaped, also a blank that is no space. Source: Go, strconv.Quote. */
export function quote(text: string): string {
  const chars = Array.from(
    text,
    (char) => named[char] ?? (/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(char) ? char : escaped(char.codePointAt(0)!)),
  )
  return `"${chars.join('')}"`
}

function escaped(code: number): string {
  const hex = code.toString(16)
  if (code < 0x80) return `\\x${hex.padStart(2, '0')}`
  return code < 0x1_00_00 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}
