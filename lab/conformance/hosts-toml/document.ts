/** Writes one hosts.toml from a grammar: as people write them, or with what the libraries may see differently. */
import type { Seeded } from '../seeded.ts'
import * as words from './words.ts'

/** How much of a document is unusual, in percent. */
interface Style {
  readonly seeded: Seeded
  readonly odd: number
}

export function document(seeded: Seeded, odd: number): string {
  const style = { seeded, odd }
  const { pick, below, in100 } = seeded
  const usual = in100(60) ? [server(style)] : []
  const root = [...usual, ...fields(style, in100(25) ? 1 + below(2) : 0)]
  const hosts = several(style, pick([0, 1, 1, 1, 2, 2, 3]), () => url(style))
  const tables = hosts.map((host) => table(style, host))
  const lines = [...root, ...(in100(odd) ? [strange(style)] : []), ...tables.flat()]
  if (in100(odd / 2)) lines.push(pick(lines.length === 0 ? [''] : lines))
  return lines.map((line) => spaced(style, line)).join('')
}

const orOdd = ({ seeded, odd }: Style, usual: readonly string[], unusual: readonly string[]): string =>
  seeded.pick(seeded.in100(odd) ? unusual : usual)

function spaced({ seeded: { pick, in100 }, odd }: Style, line: string): string {
  const comment = in100(8) ? `${pick(words.spaces)}${in100(odd) ? pick(words.comments) : '# c'}` : ''
  return `${in100(20) ? pick(words.spaces) : ''}${line}${comment}${in100(odd) ? pick(words.lineEnds) : '\n'}`
}

const quoted = ({ seeded: { pick, in100 }, odd }: Style, text: string): string => {
  const quote = in100(odd) ? pick(['"', "'", '', '"""']) : '"'
  return `${quote}${text}${quote}`
}

const url = (style: Style): string => quoted(style, orOdd(style, words.urls, words.oddUrls))

const assigned = ({ seeded: { pick, in100 }, odd }: Style, key: string, value: string): string =>
  in100(odd) ? `${key}${pick(words.spaces)}=${pick(words.spaces)}${value}` : `${key} = ${value}`

const server = (style: Style): string =>
  assigned(style, 'server', style.seeded.in100(style.odd / 3) ? style.seeded.pick(words.scalars) : url(style))

/** Not the same twice, or only where that is meant. */
function several<T>({ seeded: { in100 }, odd }: Style, count: number, make: () => T): T[] {
  const made = Array.from({ length: count }, make)
  return in100(odd / 3) ? made : [...new Set(made)]
}

const keys = [
  'capabilities',
  'capabilities',
  'skip_verify',
  'skip_verify',
  'ca',
  'client',
  'header',
  'override_path',
  'dial_timeout',
] as const

const fields = (style: Style, count: number): string[] =>
  several(style, count, () => style.seeded.pick(keys)).map((key) => field(style, key))

function field(style: Style, key: string = style.seeded.pick(keys)): string {
  const { pick, in100 } = style.seeded
  if (in100(style.odd / 2)) return assigned(style, in100(50) ? key : pick(words.strangeKeys), pick(words.scalars))
  return assigned(style, key, valueOf(style, key))
}

function valueOf(style: Style, key: string): string {
  if (key === 'capabilities') return orOdd(style, words.capabilityLists, words.oddCapabilityLists)
  if (key === 'ca') return orOdd(style, words.files.slice(0, 2), [...words.oddFiles, ...words.files])
  if (key === 'client') return orOdd(style, words.clients, [...words.oddFiles, ...words.files])
  if (key === 'header') return orOdd(style, words.headers, words.oddHeaders)
  if (key === 'dial_timeout')
    return orOdd(style, ['"3s"', '"1m30s"', '"500ms"'], ['"3"', '3', '""', '"-1s"', '"1h1"', '".5s"', '"9999999999h"', '"1µs"'])
  return orOdd(style, ['true', 'false'], ['"true"', '1', 'TRUE', '{}', '[]', 'true # c', '1979-05-27'])
}

function table(style: Style, host: string): string[] {
  const { pick, below, in100 } = style.seeded
  const name = in100(style.odd / 4) ? pick(['Host', 'HOST', '"host"', 'hosts', 'server', 'ca', 'header', 'capabilities', 'x']) : 'host'
  const header = in100(style.odd / 3)
    ? pick([`[[${name}.${host}]]`, `[${name}]`, `[ ${name} . ${host} ]`, `[${name}.${host}`, `[${name}.${host}.x]`])
    : `[${name}.${host}]`
  const own = fields(style, below(4))
  const headers =
    !own.some((one) => one.startsWith('header')) && in100(20)
      ? [`[host.${host}.header]`, assigned(style, 'x-h', in100(style.odd) ? pick(words.scalars) : '"v"')]
      : []
  return [header, ...own, ...headers]
}

/** Forms that one library takes and another does not. */
function strange(style: Style): string {
  const { pick } = style.seeded
  const host = url(style)
  return pick([
    `host.${host}.${field(style)}`,
    `host = { ${host} = { ${field(style)} } }`,
    `[host]\n${host} = { ${field(style)}, ${field(style)} }`,
    `[host]\n${host}.${field(style)}`,
    assigned(style, pick(words.strangeKeys), pick(words.scalars)),
    `[${pick(words.strangeKeys)}]\n${field(style)}\n${field(style)}`,
    `[[${pick(words.strangeKeys)}]]\n${field(style)}`,
    `[host.${host}]\n[host.${host}.header]\n[host.${host}]`,
    `header.a = "1"\n[header]\nb = "2"`,
    `${field(style)}\n${field(style)}`,
  ])
}
