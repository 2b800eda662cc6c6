import { nearest } from '../model/near-name.ts'
import { bool, decode, string, strings, type Entry, type Shape, type Value } from './yaml/decode.ts'
import { parseDocument } from './yaml/parser.ts'
import { Refusal, type Place } from './yaml/refusal.ts'

export type { Place } from './yaml/refusal.ts'

// A setting stands where its key does, and an endpoint where it begins.

export interface Mirror extends Place {
  readonly endpoints: readonly Endpoint[]
  /** Pattern → replacement. */
  readonly rewrites: Of<string>
}

export interface Endpoint extends Place {
  readonly value: string
}

export interface Auth extends Place {
  readonly username: string
  readonly password: string
  readonly auth: string
  readonly identityToken: string
}

export interface Tls extends Place {
  readonly caFile: string
  readonly certFile: string
  readonly keyFile: string
  readonly insecureSkipVerify: boolean
}

/** Null is a key that is not there, or has nothing; k3s makes a difference to one that has `{}`. */
export interface RegistryConfig extends Place {
  readonly auth: Auth | null
  readonly tls: Tls | null
}

/** A key that k3s does not know, and ignores without a word. */
export interface UnknownKey extends Place {
  readonly path: readonly string[]
  /** The key that is likely meant. */
  readonly near?: string
}

/** By registry host, in an object that has nothing but these. */
interface Of<T> {
  readonly [name: string]: T
}

/** What k3s reads from a registries.yaml. */
export interface Registries {
  readonly kind: 'registries'
  readonly mirrors: Of<Mirror>
  readonly configs: Of<RegistryConfig>
  /** Read and never used: how credentials were given before there was `configs`. */
  readonly auths: Of<Place>
  readonly unknownKeys: readonly UnknownKey[]
}

export type ReadRegistries =
  | Registries
  /** k3s does not start with it, and says why in these words. The place is not always known. */
  | { readonly kind: 'refused'; readonly reason: string; readonly place: Place | null }

const auth = {
  kind: 'struct',
  go: 'registries.AuthConfig',
  fields: { username: string, password: string, auth: string, identity_token: string },
} as const satisfies Shape
const tls = {
  kind: 'struct',
  go: 'registries.TLSConfig',
  fields: { ca_file: string, cert_file: string, key_file: string, insecure_skip_verify: bool },
} as const satisfies Shape
const mirror = {
  kind: 'struct',
  go: 'registries.Mirror',
  fields: { endpoint: strings, rewrite: { kind: 'map', go: 'map[string]string', of: string } },
} as const satisfies Shape
const config = {
  kind: 'struct',
  go: 'registries.RegistryConfig',
  fields: { auth: { ...auth, pointer: true }, tls: { ...tls, pointer: true } },
} as const satisfies Shape
const registry = {
  kind: 'struct',
  go: 'registries.Registry',
  fields: {
    mirrors: { kind: 'map', go: 'map[string]registries.Mirror', of: mirror },
    configs: { kind: 'map', go: 'map[string]registries.RegistryConfig', of: config },
    auths: { kind: 'map', go: 'map[string]registries.AuthConfig', of: auth },
  },
} as const satisfies Shape

/**
 * A registries.yaml as k3s reads it.
 * Source: rancher/wharfie v0.6.2 to v0.7.1, pkg/registries (GetPrivateRegistries, types.go).
 */
export function readRegistriesYaml(file: string | Uint8Array): ReadRegistries {
  try {
    const root = parseDocument(typeof file === 'string' ? new TextEncoder().encode(file) : file)
    const { value, unknown } = root === null ? { value: null, unknown: [] } : decode(root, registry)
    const fields = entriesOf(value)
    return {
      kind: 'registries',
      mirrors: mapped(fields, 'mirrors', mirrorOf),
      configs: mapped(fields, 'configs', configOf),
      auths: mapped(fields, 'auths', ({ place }) => place),
      unknownKeys: unknown.map(({ known, ...key }) => withNear(key, known)),
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { kind: 'refused', reason: error.message, place: error.place }
  }
}

/** `insecureSkipVerify` and `skip_verify` are near to `insecure_skip_verify` to people, if not letter by letter. */
function withNear(key: UnknownKey, known: readonly string[]): UnknownKey {
  const given = key.path.at(-1)!
  const letters = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '')
  const meant = letters(given)
  const same = known.find((name) => letters(name) === meant || (meant.length > 4 && letters(name).endsWith(meant)))
  const near = same ?? nearest(given, known)
  return near === undefined ? key : { ...key, near }
}

const mirrorOf = ({ value, place }: Entry): Mirror => {
  const fields = entriesOf(value)
  const endpoints = (fields.get('endpoint')?.value ?? []) as readonly { value: string; place: Place }[]
  return {
    ...place,
    endpoints: endpoints.map((one) => ({ value: one.value, ...one.place })),
    rewrites: mapped(fields, 'rewrite', (one) => one.value as string),
  }
}

const configOf = ({ value, place }: Entry): RegistryConfig => {
  const fields = entriesOf(value)
  return { ...place, auth: pointed(fields, 'auth', authOf), tls: pointed(fields, 'tls', tlsOf) }
}

const authOf = (fields: Map<string, Entry>): Omit<Auth, keyof Place> => ({
  username: textOf(fields, 'username'),
  password: textOf(fields, 'password'),
  auth: textOf(fields, 'auth'),
  identityToken: textOf(fields, 'identity_token'),
})

const tlsOf = (fields: Map<string, Entry>): Omit<Tls, keyof Place> => ({
  caFile: textOf(fields, 'ca_file'),
  certFile: textOf(fields, 'cert_file'),
  keyFile: textOf(fields, 'key_file'),
  insecureSkipVerify: fields.get('insecure_skip_verify')?.value === true,
})

const entriesOf = (value: Value | undefined): Map<string, Entry> => (value instanceof Map ? value : new Map<string, Entry>())

const textOf = (fields: Map<string, Entry>, name: string): string => (fields.get(name)?.value ?? '') as string

function mapped<T>(fields: Map<string, Entry>, name: string, read: (entry: Entry) => T): Of<T> {
  const made = Object.create(null) as { [name: string]: T }
  for (const [key, entry] of entriesOf(fields.get(name)?.value)) made[key] = read(entry)
  return made
}

function pointed<T>(fields: Map<string, Entry>, name: string, read: (fields: Map<string, Entry>) => T): (T & Place) | null {
  const entry = fields.get(name)
  return entry?.value instanceof Map ? { ...entry.place, ...read(entry.value) } : null
}
