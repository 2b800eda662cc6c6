/** The settings of a row, as the model takes them and as a config.toml says them to each version. */
import type { PullSettings } from '../../../src/containerd/pull-path.ts'
import type { Row } from './axes.ts'
import { firstRoot, secondRoot } from './certs-d.ts'
import { registryHosts } from './sites.ts'

const both = `${firstRoot}:${secondRoot}`
const plain = 'http://mirror.lan:5000'
// The TOML library of 1.x takes no key with a bracket, so no mirror can be set for an IPv6 address.
const withMirrors = registryHosts.filter((host) => !host.startsWith('['))
const forAll = (...endpoints: string[]): NonNullable<PullSettings['mirrors']> =>
  Object.fromEntries(withMirrors.map((host) => [host, endpoints]))

export const settingsOf: { readonly [C in Row['config']]: PullSettings } = {
  path: { configPath: firstRoot },
  list: { configPath: both },
  'path-and-discard': { configPath: firstRoot, discardUnpackedLayers: true },
  'list-and-local': { configPath: both, useLocalImagePull: true },
  'path-and-auth': { configPath: firstRoot, configs: ['elsewhere.lan'] },
  'path-and-tls': { configPath: firstRoot, configs: ['elsewhere.lan'], configsHaveTls: true },
  none: {},
  discard: { discardUnpackedLayers: true },
  local: { useLocalImagePull: true },
  downloads: { configPath: firstRoot, maxConcurrentDownloads: 5 },
  mirrors: { mirrors: forAll(plain) },
  'mirrors-of-all': { mirrors: { '*': [plain] } },
  'mirrors-of-many-forms': { mirrors: forAll('mirror.lan:5000/prefix', 'https://second.lan:5000', `${plain}/v2`) },
  'mirrors-and-path': { mirrors: forAll(plain), configPath: firstRoot },
}

/** A setting that a version does not know is in its file all the same, as it is in people's files. */
export function configToml(settings: PullSettings, major: number, { progressTimeout }: { readonly progressTimeout?: string }): string {
  const plugin = major < 2 ? 'io.containerd.grpc.v1.cri' : 'io.containerd.cri.v1.images'
  const { configPath, mirrors = {}, configs = [], configsHaveTls } = settings
  const table = (...path: string[]): string => `[${['plugins', plugin, ...path].map((key) => JSON.stringify(key)).join('.')}]`
  // Before 2.0 the CRI is one plugin, and its containerd table names the snapshotter and the layers.
  const discard = settings.discardUnpackedLayers ? ['discard_unpacked_layers = true'] : []
  return [
    `version = ${major < 2 ? 2 : 3}`,
    table(),
    ...(progressTimeout === undefined ? [] : [`image_pull_progress_timeout = "${progressTimeout}"`]),
    ...(settings.useLocalImagePull ? ['use_local_image_pull = true'] : []),
    ...(settings.maxConcurrentDownloads === undefined ? [] : [`max_concurrent_downloads = ${settings.maxConcurrentDownloads}`]),
    ...(major < 2 ? [table('containerd'), ...discard] : discard),
    table('registry'),
    ...(configPath === undefined ? [] : [`config_path = "${configPath}"`]),
    ...Object.entries(mirrors).flatMap(([host, endpoints]) => [
      table('registry', 'mirrors', host),
      `endpoint = ${JSON.stringify(endpoints)}`,
    ]),
    ...configs.flatMap((host) => [table('registry', 'configs', host, 'auth'), 'username = "user"', 'password = "secret"']),
    ...(configsHaveTls ? configs.flatMap((host) => [table('registry', 'configs', host, 'tls'), 'insecure_skip_verify = true']) : []),
    '',
  ].join('\n')
}
