const nanoseconds: { readonly [unit: string]: number } = { ns: 1, us: 1e3, µs: 1e3, μs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 }

/** Milliseconds of a Go duration such as `1m30s`; null where Go rejects it: `3` has no unit. Source: Go, time.ParseDuration. */
export function parseDuration(text: string): number | null {
  const unsigned = text.replace(/^[+-]/, '')
  if (unsigned === '0') return 0
  if (!/^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(unsigned)) return null
  let total = 0
  for (const [, amount, unit] of unsigned.matchAll(/([\d.]+)([a-zµμ]+)/g)) total += Number(amount) * nanoseconds[unit!]!
  if (total >= 2 ** 63) return null
  return (text.startsWith('-') ? -total : total) / 1e6
}
