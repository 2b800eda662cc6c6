import type { HostFields, HostsFields } from './hosts-fields.ts'
import type { Any } from './toml/any.ts'
import { Box, type Shape } from './toml/v2-box.ts'
import { Decoder } from './toml/v2-decode.ts'
import { parseTomlV2, type Document } from './toml/v2-parser.ts'
import type { V2Library } from './toml/v2-values.ts'
import { DecoderV24 } from './toml/v24-decode.ts'

/** What differs between the versions that use go-toml 2.x. */
export interface V2Rules {
  /** `dial_timeout` is a key: since 2.0.7 and 2.1.0. */
  readonly dialTimeout: boolean
  /** `rewrite` is a key: in k3s' fork. */
  readonly rewrite: boolean
  readonly library: V2Library
}

/**
 * A hosts.toml as containerd 2.x decodes it. The order comes from the headers alone: a host that is written as an inline
 * table or with a dotted key is decoded, and never tried.
 * Source: containerd v2.2.7 and v2.4.2, core/remotes/docker/config/hosts.go (parseHostsFile, getSortedHosts).
 * @throws Rejected
 */
export function decodeV2(text: string, rules: V2Rules): HostsFields {
  const { library } = rules
  const document = parseTomlV2(text, library === '2.4')
  const root = new Box(rootShape(rules))
  const decoder = library === '2.4' ? new DecoderV24(document) : new Decoder(document, library)
  decoder.decode(root)
  const server = topLevelServer(document)
  return {
    order: order(document),
    unordered: false,
    hosts: new Map([...root.field('host').entries()].map(([key, host]) => [key, fieldsOf(host)])),
    root: fieldsOf(root),
    server: root.field('server').text,
    ...(server && { serverPlace: { line: server.line, column: server.column } }),
    hasServer: server?.key[0] === 'server',
  }
}

function rootShape(rules: V2Rules): Shape {
  const host: [string, Shape][] = [
    ['capabilities', 'strings'],
    ['ca', 'any'],
    ['client', 'any'],
    ['skip_verify', 'bool?'],
    ['header', { of: 'any' }],
    ['override_path', 'bool'],
    ...(rules.dialTimeout ? [['dial_timeout', 'string'] as [string, Shape]] : []),
    ...(rules.rewrite ? [['rewrite', { of: 'string' }] as [string, Shape]] : []),
  ]
  return { fields: new Map<string, Shape>([...host, ['server', 'string'], ['host', { of: { fields: new Map(host) } }]]) }
}

/** `[host.a]`, `[host.b]`, `[host.a.header]` gives a, b and a again: only the header just before is compared. */
function order({ expressions }: Document): HostsFields['order'] {
  const found: { key: string; place: { line: number; column: number } }[] = []
  let last = ''
  for (const { kind, key, line, column } of expressions) {
    if (kind !== 'table' || key.length < 2 || key[0] !== 'host' || key[1] === last) continue
    last = key[1]!
    found.push({ key: last, place: { line, column } })
  }
  return found
}

/** Keys are taken in any case by the decoder; whoever asks for `server` itself (k3s' fork) wants it as it is. */
function topLevelServer({ expressions }: Document): Document['expressions'][number] | undefined {
  const firstHeader = expressions.findIndex(({ kind }) => kind !== 'key-value')
  const top = firstHeader < 0 ? expressions : expressions.slice(0, firstHeader)
  return top.find(({ key }) => key[0] === 'server') ?? top.find(({ key }) => key[0]!.toLowerCase() === 'server')
}

function fieldsOf(host: Box): HostFields {
  const [ca, client] = [host.field('ca').any, host.field('client').any]
  const skipVerify = host.field('skip_verify').flag
  return {
    capabilities: host.field('capabilities').strings,
    ...(ca !== undefined && { ca }),
    ...(client !== undefined && { client }),
    ...(skipVerify !== undefined && { skipVerify }),
    header: new Map([...host.field('header').entries()].map(([name, value]): [string, Any] => [name, value.any ?? { other: 'nil' }])),
    overridePath: host.field('override_path').flag ?? false,
    dialTimeout: host.field('dial_timeout').text,
  }
}
