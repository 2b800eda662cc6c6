import type { Registry } from '../model/topology.ts'
import { SelectionError } from './options.ts'

/**
 * Where a registry is, by a URL of it: scheme, host and port. A path (`/v2/_catalog`) is left out.
 * @throws SelectionError where it is no such URL
 */
export function registryBaseOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new SelectionError('give the URL of a registry: http://HOST:PORT or https://HOST:PORT')
  if (url.username !== '' || url.password !== '') throw new SelectionError('give it without a user and password')
  const { protocol, hostname, port } = url
  return `${protocol}//${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`
}

/**
 * The registries, with where this machine reaches the one that the user means.
 * @param url as the user gave it
 * @throws SelectionError where it can be that of several
 */
export function withHostUrl(registries: readonly Registry[], url: string | undefined): readonly Registry[] {
  if (url === undefined) return registries
  const hostUrl = registryBaseOf(url)
  // Of a cache nothing is asked from this machine.
  const own = registries.filter((one) => one.role === 'registry')
  if (own.length > 1)
    throw new SelectionError(
      `${hostUrl} (--registry-url or its environment variable) is of one registry, and there are ${own.map((one) => one.name).join(', ')}: say which with --registry HOST:PORT`,
    )
  return registries.map((one) => (one === own[0] && !isDiscovered(one, hostUrl) ? { ...one, hostUrl } : one))
}

/** `localhost` and 127.0.0.1 are one address, as far as ports are published on them. */
const isDiscovered = ({ hostAddress }: Registry, hostUrl: string): boolean =>
  hostAddress !== undefined &&
  [hostAddress, hostAddress.replace(/^127\.0\.0\.1:/, 'localhost:')].includes(hostUrl.replace(/^http:\/\//, ''))
