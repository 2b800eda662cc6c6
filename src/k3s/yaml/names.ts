import { isBlank, isBlankOrEnd, isBreak, isBreakOrEnd, isWord, type Cursor } from './cursor.ts'
import { grammarError, type Mark } from './refusal.ts'
import type { Directive, Name, Tag } from './tokens.ts'

// Anchors, tags and directives. Source: go-yaml v2.4.0, scannerc.go (yaml_parser_scan_anchor, _tag, _directive).

type Fail = (problem: string) => never

const failing =
  (cursor: Cursor, context: Mark): Fail =>
  (problem) => {
    throw grammarError('scanning', problem, cursor.mark, context)
  }

function word(cursor: Cursor): string {
  let name = ''
  for (cursor.need(1); isWord(cursor.char()); cursor.need(1)) name += cursor.take()
  return name
}

/** `&name` or `*name`. */
export function anchorOrAlias(cursor: Cursor): Name {
  const start = cursor.mark
  const type = cursor.take() === '&' ? 'anchor' : 'alias'
  const value = word(cursor)
  const end = cursor.mark
  if (value === '' || !(isBlankOrEnd(cursor.char()) || '?:,]}%@`'.includes(cursor.char())))
    failing(cursor, start)('did not find expected alphabetic or numeric character')
  return { type, value, start, end }
}

/** `!<uri>`, `!suffix` or `!handle!suffix`. */
export function tag(cursor: Cursor): Tag {
  const start = cursor.mark
  const fail = failing(cursor, start)
  cursor.need(2)
  let handle = ''
  let suffix: string
  if (cursor.char(1) === '<') {
    cursor.skip(2)
    suffix = tagUri(cursor, '', fail)
    if (cursor.char() !== '>') fail("did not find the expected '>'")
    cursor.skip()
  } else {
    handle = tagHandle(cursor, false, fail)
    if (handle.length > 1 && handle.endsWith('!')) suffix = tagUri(cursor, '', fail)
    else {
      suffix = tagUri(cursor, handle, fail)
      handle = '!'
      if (suffix === '') [handle, suffix] = ['', '!']
    }
  }
  cursor.need(1)
  if (!isBlankOrEnd(cursor.char())) fail('did not find expected whitespace or line break')
  return { type: 'tag', handle, suffix, start, end: cursor.mark }
}

function tagHandle(cursor: Cursor, inDirective: boolean, fail: Fail): string {
  cursor.need(1)
  if (cursor.char() !== '!') fail("did not find expected '!'")
  const handle = cursor.take() + word(cursor)
  if (cursor.char() === '!') return handle + cursor.take()
  if (inDirective && handle !== '!') fail("did not find expected '!'")
  return handle
}

/** @param head what was taken for a handle, and is the beginning of the URI */
function tagUri(cursor: Cursor, head: string, fail: Fail): string {
  let uri = head.slice(1)
  const from = cursor.at
  for (cursor.need(1); /^[\w\-;/?:@&=+$,.!~*'()[\]%]$/.test(cursor.char()); cursor.need(1))
    uri += cursor.char() === '%' ? escapedOctets(cursor, fail) : cursor.take()
  if (head === '' && cursor.at === from) fail('did not find expected tag URI')
  return uri
}

/** The character that a run of `%XX` stands for. */
function escapedOctets(cursor: Cursor, fail: Fail): string {
  const octets: number[] = []
  let width = 1
  while (octets.length < width) {
    cursor.need(3)
    const hex = cursor.char(1) + cursor.char(2)
    if (cursor.char() !== '%' || !/^[\da-fA-F]{2}$/.test(hex)) fail('did not find URI escaped octet')
    const octet = Number.parseInt(hex, 16)
    if (octets.length === 0) {
      width = octet < 0x80 ? 1 : (octet & 0xe0) === 0xc0 ? 2 : (octet & 0xf0) === 0xe0 ? 3 : (octet & 0xf8) === 0xf0 ? 4 : 0
      if (width === 0) fail('found an incorrect leading UTF-8 octet')
    } else if ((octet & 0xc0) !== 0x80) fail('found an incorrect trailing UTF-8 octet')
    octets.push(octet)
    cursor.skip(3)
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(octets))
}

/** `%YAML 1.1` or `%TAG !handle! prefix`, to the end of its line. */
export function directive(cursor: Cursor): Directive {
  const start = cursor.mark
  const fail = failing(cursor, start)
  cursor.skip()
  const name = word(cursor)
  if (name === '') fail('could not find expected directive name')
  if (!isBlankOrEnd(cursor.char())) fail('found unexpected non-alphabetical character')
  if (name !== 'YAML' && name !== 'TAG') fail('found unknown directive name')
  const value = name === 'YAML' ? version(cursor, fail) : tagDirective(cursor, fail)
  const end = cursor.mark
  cursor.skipBlanks()
  cursor.skipComment()
  if (!isBreakOrEnd(cursor.char())) fail('did not find expected comment or line break')
  if (isBreak(cursor.char())) cursor.need(2)
  cursor.takeBreak()
  return { ...value, start, end }
}

function version(cursor: Cursor, fail: Fail): { type: 'version-directive'; version: string } {
  cursor.skipBlanks()
  const major = versionNumber(cursor, fail)
  if (cursor.char() !== '.') fail("did not find expected digit or '.' character")
  cursor.skip()
  return { type: 'version-directive', version: `${major}.${versionNumber(cursor, fail)}` }
}

function versionNumber(cursor: Cursor, fail: Fail): number {
  let digits = ''
  for (cursor.need(1); /^\d$/.test(cursor.char()); cursor.need(1)) {
    if (digits.length === 2) fail('found extremely long version number')
    digits += cursor.take()
  }
  return digits === '' ? fail('did not find expected version number') : Number(digits)
}

function tagDirective(cursor: Cursor, fail: Fail): { type: 'tag-directive'; handle: string; prefix: string } {
  cursor.skipBlanks()
  const handle = tagHandle(cursor, true, fail)
  cursor.need(1)
  if (!isBlank(cursor.char())) fail('did not find expected whitespace')
  cursor.skipBlanks()
  const prefix = tagUri(cursor, '', fail)
  cursor.need(1)
  if (!isBlankOrEnd(cursor.char())) fail('did not find expected whitespace or line break')
  return { type: 'tag-directive', handle, prefix }
}
