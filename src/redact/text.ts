import { concealAssignments } from './assignments.ts'
import { conceal, marker, type Hash } from './values.ts'

const privateKey =
  /-----BEGIN (?<kind>[A-Z ]{0,64}PRIVATE KEY(?: BLOCK)?)-----[\s\S]*?(?:-----END [A-Z ]{0,64}PRIVATE KEY(?: BLOCK)?-----|$)/g
const encodedPem = /(?<![A-Za-z0-9+/])LS0tLS1CRUdJTi[A-Za-z0-9+/]{20,}={0,2}/g
const bearer =
  /\b(?<lead>(?:Bearer|Basic)[ \t]{1,8})(?!(?:auth\w{0,32}|realm|tokens?|credentials?|scheme|challenge|access)\b)(?<secret>[A-Za-z0-9+/._~-]{8,}={0,2})(?![="\\]{1,3}["\\])/g
/** What shows itself as a secret by its form: JSON web tokens, k3s tokens, password hashes, access tokens of well-known hosts. */
const shapes = [
  /(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{4,}\.[\w-]*/g,
  /K10[0-9a-f]{16,}::[^\s"'\\]+/g,
  /\$(?:2[abxy]?|apr1|[156y]|argon2\w{0,3})\$[^\s"',\\]{8,}/g,
  /(?<![A-Za-z0-9_])(?:gh[pousr]_|github_pat_|glpat-|dckr_pat_)[\w-]{16,}/g,
] as const
const proxyCredentials =
  /(?<start>proxy\w{0,16}[\\"']{0,4}[ \t]{0,8}[:=][ \t]{0,8}[\\"']{0,4}(?!\[redacted:)[^\s/:@"'\\]{1,128}:)(?<secret>[^\s@"'\\/][^\s"'\\]{0,255})(?=@[\w.[])/gi
const headerTable = /^[ \t]*\[(?!redacted:)[^\n]*\.[ \t]*["']?header["']?[ \t]*\][ \t]*(?:#[^\n]*)?$/

/** Replaces every secret in a text. Takes time in proportion to its length, whatever the text. */
export function concealText(input: string, hash: Hash): string {
  if (input.length < 6) return input
  let text = input.includes('-----BEGIN ')
    ? input.replace(privateKey, (block, kind: string) => `[${kind.toLowerCase()} ${hash(block)}]`)
    : input
  if (text.includes('header')) text = concealHeaderTables(text, hash)
  text = concealAssignments(text, hash)
  if (text.includes('://')) text = concealUrls(text, hash)
  text = text
    .replace(proxyCredentials, (_all, start: string, secret: string) => start + (marker.test(secret) ? secret : hash(secret)))
    .replace(bearer, (_all, lead: string, secret: string) => lead + hash(secret))
    .replace(encodedPem, (encoded) =>
      Buffer.from(encoded.slice(0, 96), 'base64').toString('latin1').includes('PRIVATE KEY') ? hash(encoded) : encoded,
    )
  for (const shape of shapes) text = text.replace(shape, (secret) => hash(secret))
  return text
}

/** `[host."…".header]` of a hosts.toml: what is sent with each request is a secret under whatever name. */
function concealHeaderTables(text: string, hash: Hash): string {
  let inTable = false
  return text
    .split('\n')
    .map((line) => {
      const opensTable = /^[ \t]*\[\[?[ \t]*(?:[\w-]+[ \t]*[.\]]|(?:"[^"]*"|'[^']*')[ \t]*\.)/.test(line)
      if (opensTable) inTable = headerTable.test(line)
      return inTable && !opensTable ? concealHeaderLine(line, hash) : line
    })
    .join('\n')
}

function concealHeaderLine(line: string, hash: Hash): string {
  if (/(?:^|=)[ \t]*\[redacted:[0-9a-f]+\][ \t]*$/.test(line)) return line
  const [, head, value] = /^([ \t#]*(?:(?:[\w-]+|"[^"]*"|'[^']*')[ \t]*=[ \t]*)?\[?[ \t]*)(.*)$/.exec(line)!
  const tail = /[ \t,\]\r]*$/.exec(value!.slice(-16))![0]
  const body = value!.slice(0, value!.length - tail.length)
  if (body === '' || body === '[' || body === ']') return line
  const single = /^(?:"([^"\\]*)"|'([^']*)')$/.exec(body)
  return `${head}"${conceal(single?.[1] ?? single?.[2] ?? body, hash)}"${tail}`
}

/** The password of `scheme://user:password@host`, also where it holds characters that a URL may not have there. */
function concealUrls(input: string, hash: Hash): string {
  let output = ''
  let done = 0
  for (let mark = input.indexOf('://'); mark >= 0; mark = input.indexOf('://', Math.max(mark + 3, done))) {
    const from = mark + 3
    // A text that is nothing but a URL may have quotes in it.
    const isWhole = mark < 64 && /^(?:proxy=)?[a-z][a-z0-9+.-]*$/i.test(input.slice(0, mark))
    const found = passwordIn(input, from, false) ?? (isWhole ? passwordIn(input, from, true) : null)
    if (!found) continue
    const secret = input.slice(found.start, found.end)
    output += input.slice(done, found.start) + (marker.test(secret) ? secret : hash(secret))
    done = found.end
  }
  return output + input.slice(done)
}

function passwordIn(input: string, from: number, withQuotes: boolean): { start: number; end: number } | null {
  const [shortest, longest] = withQuotes ? [/[^/?#\s]{0,1024}/y, /\S{0,2048}/y] : [/[^/?#\s"'`<>\\]{0,1024}/y, /[^\s"'`<>\\]{0,2048}/y]
  shortest.lastIndex = longest.lastIndex = from
  const authority = shortest.exec(input)![0]
  const colon = authority.indexOf(':')
  const at = authority.lastIndexOf('@')
  // An IPv6 address, or what is replaced already.
  if (authority.startsWith('[')) return null
  if (at === colon + 1) return null
  if (at >= 0 && colon >= 0 && colon < at) return { start: from + colon + 1, end: from + at }
  // A name alone is a secret only where it has the length of one: tokens are given so.
  if (at >= 20) return { start: from, end: from + at }
  if (at >= 0 || colon < 0 || /^\d*$/.test(authority.slice(colon + 1))) return null
  // What begins as a password goes on to the last @, also over what should have been escaped.
  const last = longest.exec(input)![0].lastIndexOf('@')
  return last > colon ? { start: from + colon + 1, end: from + last } : null
}
