/** What a row of the table may consist of, by symbols: settings.ts, certs-d.ts, images.ts and world.ts say what each means. */

// prettier-ignore
export const configs = [
  'path', 'list', 'path-and-discard', 'list-and-local', 'path-and-auth', 'none', 'discard', 'mirrors', 'mirrors-of-all',
  'mirrors-of-many-forms', 'mirrors-and-path', 'path-and-tls', 'local', 'downloads',
] as const

// prettier-ignore
export const certsDs = [
  'http', 'none', 'underscores', '_default', 'https-skip', 'https-ca', 'http-skip', 'http-server', 'server-only', 'push-only',
  'pull-only', 'no-scheme', 'invalid', 'empty', 'no-ca', 'bad-ca', 'own-path', 'longer-path', 'two', 'second-root', 'shadowed',
  'docker-style', 'file', 'no-capability',
] as const

// prettier-ignore
export const images = ['localhost', 'name', 'name-digest', 'localhost-digest', 'no-port', 'ipv6', 'hub', 'ipv4', 'port-80'] as const

// prettier-ignore
export const answers = [
  'serves', 'not-found', 'refused', 'unauthorized', 'basic', 'bearer', 'bearer-denied', 'no-token', 'forbidden', 'forbidden-html',
  'rate-limited', 'server-error', 'unavailable', 'no-head', 'no-digest', 'reset', 'closed', 'hangs', 'redirect', 'redirect-failing',
  'no-name', 'name-server-fails', 'no-manifest', 'no-blobs', 'blobs-failing', 'blobs-forbidden',
] as const

export const speaks = ['http', 'tls', 'tls-public', 'tls-expired', 'tls-other-name'] as const

export const proxies = ['none', 'forwards', 'refuses', 'unavailable', 'left-out'] as const

export interface Row {
  readonly config: (typeof configs)[number]
  readonly certsD: (typeof certsDs)[number]
  readonly image: (typeof images)[number]
  readonly mirror: (typeof answers)[number]
  readonly registry: (typeof answers)[number]
  readonly mirrorSpeaks: (typeof speaks)[number]
  readonly registrySpeaks: (typeof speaks)[number]
  readonly proxy: (typeof proxies)[number]
}

export type Axes = { readonly [A in keyof Row]: readonly Row[A][] }

const few = ['serves', 'not-found', 'refused'] as const

/** Drawn one by one: all pairs within each. */
export const tables: { readonly [name: string]: Axes } = {
  /** Which certs.d entry is found, and what it leads to. */
  lookup: {
    config: ['path', 'list', 'path-and-discard', 'list-and-local', 'path-and-auth'],
    certsD: certsDs,
    image: ['localhost', 'name', 'name-digest', 'localhost-digest', 'no-port', 'ipv6', 'hub'],
    mirror: few,
    registry: few,
    mirrorSpeaks: ['http', 'tls'],
    registrySpeaks: ['http', 'tls', 'tls-public'],
    proxy: ['none'],
  },
  /** Which settings lead where. */
  settings: {
    config: configs,
    certsD: ['http', 'none', 'second-root'],
    image: images,
    mirror: few,
    registry: few,
    mirrorSpeaks: ['http', 'tls-public'],
    registrySpeaks: ['http', 'tls-public'],
    proxy: ['none'],
  },
  /** What servers answer, and what becomes of it. */
  answers: {
    config: ['path', 'path-and-discard', 'mirrors'],
    certsD: ['http', 'https-skip', 'two', 'http-server'],
    image: ['localhost', 'name', 'name-digest'],
    mirror: answers,
    // prettier-ignore
    registry: [
      'serves', 'not-found', 'refused', 'unauthorized', 'bearer', 'bearer-denied', 'forbidden', 'rate-limited', 'server-error', 'reset', 'no-name',
    ],
    mirrorSpeaks: ['http', 'tls'],
    registrySpeaks: ['http', 'tls-public'],
    proxy: ['none'],
  },
  /** Everything that the registry itself may answer and speak, with nobody before it. */
  registry: {
    config: ['path', 'path-and-discard', 'none'],
    certsD: ['none', 'docker-style', 'empty'],
    image: ['localhost', 'name', 'name-digest', 'no-port'],
    mirror: ['serves'],
    registry: answers,
    mirrorSpeaks: ['http'],
    registrySpeaks: speaks,
    proxy: ['none'],
  },
  /** A proxy in the environment. */
  proxy: {
    config: ['path', 'path-and-discard'],
    certsD: ['none', 'http', 'https-skip'],
    image: ['localhost', 'name', 'no-port', 'name-digest'],
    mirror: ['serves', 'not-found', 'refused', 'forbidden'],
    registry: ['serves', 'not-found', 'refused', 'no-name'],
    mirrorSpeaks: ['http', 'tls'],
    registrySpeaks: ['http', 'tls-public', 'tls'],
    proxy: proxies,
  },
}
