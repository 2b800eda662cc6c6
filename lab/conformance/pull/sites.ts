/** The network of a row: who is there under which name and address, and what it answers. */
import type { Row } from './axes.ts'

export const addresses: { readonly [name: string]: string } = {
  'registry.lan': '10.89.0.2',
  'registry-1.docker.io': '10.89.0.2',
  'mirror.lan': '10.89.0.3',
  'second.lan': '10.89.0.4',
  'storage.lan': '10.89.0.5',
  'proxy.lan': '10.89.0.6',
}
export const nameServer = '10.89.0.53'
export const proxyPort = 3128

/** The registry host of an image, and the image as a pod names it; `DIGEST` stands for the digest of its manifest. */
export const imageForms: { readonly [F in Row['image']]: { readonly host: string; readonly image: string } } = {
  localhost: { host: 'localhost:5001', image: 'localhost:5001/app:1' },
  name: { host: 'registry.lan:5000', image: 'registry.lan:5000/app:1' },
  'name-digest': { host: 'registry.lan:5000', image: 'registry.lan:5000/app:1@DIGEST' },
  'localhost-digest': { host: 'localhost:5001', image: 'localhost:5001/app@DIGEST' },
  'no-port': { host: 'registry.lan', image: 'registry.lan/app:1' },
  ipv6: { host: '[::1]:5001', image: '[::1]:5001/app:1' },
  hub: { host: 'docker.io', image: 'app:1' },
  ipv4: { host: '127.0.0.1:5001', image: '127.0.0.1:5001/team/app:1' },
  'port-80': { host: 'localhost:80', image: 'localhost:80/app:1' },
}

export const registryHosts = [...new Set(Object.values(imageForms).map(({ host }) => host))]

export interface Site {
  /** As URLs name it. */
  readonly host: string
  readonly name: string
  readonly listens: readonly { readonly address: string; readonly port: number }[]
  readonly answer: Row['mirror'] | 'storage'
  readonly speaks: Row['mirrorSpeaks']
}

/** Where the registry itself is asked: Docker Hub's images lie under another name. */
export const askedHost = (registryHost: string): string => (registryHost === 'docker.io' ? 'registry-1.docker.io' : registryHost)

function registrySite({ image, registry, registrySpeaks }: Row): Site {
  const host = askedHost(imageForms[image].host)
  const [, name = '', port] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(host)!
  const own = name === 'localhost' ? ['127.0.0.1', '::1'] : [addresses[name] ?? name.replace(/^\[(.*)\]$/, '$1')]
  const ports = port === undefined ? [443, 80] : [Number(port)]
  const listens = own.flatMap((address) => ports.map((one) => ({ address, port: one })))
  return { host, name, listens, answer: registry, speaks: registrySpeaks }
}

function named(name: string, answer: Site['answer'], speaks: Site['speaks']): Site {
  return { host: `${name}:5000`, name, listens: [{ address: addresses[name]!, port: 5000 }], answer, speaks }
}

export const sitesOf = (row: Row): readonly Site[] => [
  registrySite(row),
  named('mirror.lan', row.mirror, row.mirrorSpeaks),
  named('second.lan', 'not-found', 'http'),
  named('storage.lan', 'storage', 'http'),
]

/** Answers that are given without listening. */
export const absent: readonly Site['answer'][] = ['refused', 'no-name', 'name-server-fails']

/** What the name server says of a name, beside its address: nothing of machines that are their own name. */
export function nameAnswer(name: string, sites: readonly Site[]): 'address' | 'none' | 'fails' {
  const site = sites.find((one) => one.name === name)
  if (site?.answer === 'name-server-fails') return 'fails'
  return addresses[name] === undefined || site?.answer === 'no-name' ? 'none' : 'address'
}
