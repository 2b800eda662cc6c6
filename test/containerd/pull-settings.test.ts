import * as fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { PullSettings } from '../../src/containerd/pull-path.ts'
import { pullSettingsOf, type FoundPullSettings } from '../../src/containerd/pull-settings.ts'
import { version } from './certs-d.ts'

const folder = new URL('../../fixtures/config-toml/', import.meta.url)

/** What `containerd config dump` shows; what has its default is left out. */
interface Dump {
  readonly error?: string
  readonly config_path?: string
  readonly mirrors?: { readonly [host: string]: readonly string[] }
  readonly configs?: readonly string[]
  readonly configs_with_tls?: readonly string[]
  readonly auths?: readonly string[]
  readonly use_local_image_pull?: boolean
  readonly disable_snapshot_annotations?: boolean
  readonly discard_unpacked_layers?: boolean
  readonly max_concurrent_downloads?: number
  readonly image_pull_with_sync_fs?: boolean
}
const golden = JSON.parse(readFileSync(new URL('effective.json', folder), 'utf8')) as Record<string, Record<string, Dump>>

const main = '/etc/containerd/config.toml'

function settingsIn(containerd: string, files: { readonly [path: string]: string }): FoundPullSettings {
  const list = (pattern: string): string[] => {
    const expression = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`)
    return Object.keys(files)
      .filter((path) => expression.test(path))
      .sort()
  }
  return pullSettingsOf(version(containerd), main, (path) => (Object.hasOwn(files, path) ? files[path]! : null), list)
}

/** A folder of fixtures as /etc/containerd. */
function filesIn(name: string): Record<string, string> {
  const entries = readdirSync(new URL(`${name}/`, folder), { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
  return Object.fromEntries(
    entries.map(({ parentPath, name: file }) => {
      const path = `${parentPath}/${file}`
      return [`/etc/containerd/${path.slice(path.indexOf(`/${name}/`) + name.length + 2).replace(/^\/+/, '')}`, readFileSync(path, 'utf8')]
    }),
  )
}

const defaults = {
  configPath: '',
  mirrors: {},
  configs: [],
  auths: [],
  configsHaveTls: false,
  useLocalImagePull: false,
  disableSnapshotAnnotations: true,
  discardUnpackedLayers: false,
  maxConcurrentDownloads: 3,
  imagePullWithSyncFs: false,
} satisfies PullSettings

const dumped = (dump: Dump): object => ({
  configPath: dump.config_path,
  mirrors: dump.mirrors ?? {},
  configs: [...(dump.configs ?? [])].sort(),
  auths: dump.auths ?? [],
  configsHaveTls: dump.configs_with_tls !== undefined,
  useLocalImagePull: dump.use_local_image_pull ?? false,
  disableSnapshotAnnotations: dump.disable_snapshot_annotations ?? true,
  discardUnpackedLayers: dump.discard_unpacked_layers ?? false,
  maxConcurrentDownloads: dump.max_concurrent_downloads ?? 3,
  imagePullWithSyncFs: dump.image_pull_with_sync_fs ?? false,
})

const cases = Object.entries(golden).flatMap(([name, versions]) =>
  Object.entries(versions).flatMap(([containerd, dump]) => (dump.error === undefined ? [[name, containerd, dump] as const] : [])),
)

describe('the settings of a configuration are those of `containerd config dump`', () => {
  it.each(cases)('%s, %s', (name, containerd, dump) => {
    const { settings, unreadable } = settingsIn(containerd, filesIn(name))
    const found = { ...defaults, ...settings }
    // The keys of `tls` are none that 2.x knows.
    const configsHaveTls = containerd.startsWith('1.') && found.configsHaveTls
    expect({ ...found, configs: [...found.configs].sort(), configsHaveTls }).toEqual(dumped(dump))
    expect(unreadable).toEqual([])
  })
})

describe('with what containerd does not start is told', () => {
  // Values of another type are left to containerd: no node runs with them.
  const refused = Object.entries(golden).flatMap(([name, versions]) =>
    Object.entries(versions).flatMap(([containerd, { error }]) =>
      error === undefined || /decode|convert|gone\.toml/.test(error) ? [] : [[name, containerd] as const],
    ),
  )
  it.each(refused)('%s, %s', (name, containerd) => expect(settingsIn(containerd, filesIn(name)).unreadable).not.toEqual([]))
})

describe('what the files say', () => {
  const old = '[plugins."io.containerd.grpc.v1.cri"'

  it('is absent where no file says it', () => {
    for (const containerd of ['1.7.34', '2.1.4', '2.3.4', '2.4.2'])
      expect(settingsIn(containerd, { [main]: 'version = 2\n' })).toEqual({ settings: {}, sources: {}, files: [main], unreadable: [] })
  })

  it('names the file that has the last word on each setting', () => {
    const files = {
      [main]: `version = 2\nimports = ["conf.d/*.toml"]\n${old}]\nmax_concurrent_downloads = 5\n${old}.registry.mirrors."a"]\nendpoint = []\n`,
      '/etc/containerd/conf.d/10.toml': `version = 2\n${old}]\nimage_pull_with_sync_fs = true\n${old}.registry.mirrors."b"]\nendpoint = ["http://b"]\n`,
    }
    expect(settingsIn('2.2.7', files)).toMatchObject({
      settings: { maxConcurrentDownloads: 5, imagePullWithSyncFs: true, mirrors: { a: [], b: ['http://b'] } },
      sources: {
        maxConcurrentDownloads: main,
        imagePullWithSyncFs: '/etc/containerd/conf.d/10.toml',
        mirrors: '/etc/containerd/conf.d/10.toml',
      },
    })
  })

  it('can be an empty path, which is not the same as none', () => {
    expect(settingsIn('2.2.1', { [main]: `version = 2\n${old}.registry]\nconfig_path = ""\n` }).settings).toEqual({ configPath: '' })
  })

  it('cannot reach what is not its own: a table that is called like a prototype', () => {
    settingsIn('2.3.4', {
      [main]: 'version = 3\n[__proto__]\nreached = true\n[plugins.__proto__]\nreached = true\nconstructor.prototype.reached = true\n',
    })
    expect(({} as { reached?: unknown }).reached).toBeUndefined()
  })

  it('is not asked of a list of tables', () => {
    expect(settingsIn('2.3.4', { [main]: `version = 2\n[${old}]]\nmax_concurrent_downloads = 5\n` }).settings).toEqual({})
  })

  it('a plugin with a short name in version 2 keeps 1.x from starting', () => {
    expect(settingsIn('1.7.34', { [main]: 'version = 2\n[plugins.cri]\n' }).unreadable).toMatchObject([{ file: main }])
    expect(settingsIn('2.3.4', { [main]: 'version = 2\n[plugins.cri]\n' }).unreadable).toEqual([])
  })
})

describe('any configuration', () => {
  const versions = ['1.6.20', '1.7.34', '2.0.2', '2.1.4', '2.2.1', '2.2.7', '2.3.4', '2.4.2', '3.0.0']
  // prettier-ignore
  const words = [
    'version = 1\n', 'version = 2\n', 'version = 3\n', 'version = -1\n', 'version = 1e9\n', 'imports = ["*.toml"]\n', 'imports = ["a.toml", "b.toml"]\n',
    'imports = ["/etc/containerd/config.toml", "../containerd/./a.toml", ""]\n', '[plugins]\n', '[plugins.cri]\n', '[plugins."io.containerd.grpc.v1.cri"]\n',
    '[plugins."io.containerd.grpc.v1.cri".registry]\n', '[plugins."io.containerd.cri.v1.images".registry]\n', '[[plugins."io.containerd.cri.v1.images"]]\n',
    '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes]\n', '[plugins."io.containerd.grpc.v1.cri".registry.mirrors."a:1"]\n', 'endpoint = ["http://a"]\n',
    'config_path = "/a:/b"\n', 'config_path = 5\n', 'mirrors = {}\n', 'configs = { a = { tls = {} } }\n', 'registry = { config_path = "x" }\n', 'registry = 5\n',
    'discard_unpacked_layers = true\n', 'max_concurrent_downloads = 18446744073709551616\n', '__proto__ = 1\n', '[__proto__]\n', 'constructor.prototype.x = 1\n',
    'a.b.c.d.e.f.g.h.i.j.k.l.m.n = 1\n', '[', ']', '"', '=', '{', '}', '\n', '\r', '\u0000', '\uFEFF', 'ü', '#',
  ]
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.uint8Array().map((bytes) => new TextDecoder().decode(bytes)),
    fc.array(fc.constantFrom(...words), { maxLength: 30 }).map((list) => list.join('')),
  )
  const files = fc.record({ [main]: text, '/etc/containerd/a.toml': text, '/etc/containerd/b.toml': text }, { requiredKeys: [] })

  it('is read to its end, also where files import each other, and the same every time', () => {
    fc.assert(
      fc.property(files, fc.constantFrom(...versions), (all, containerd) => {
        const found = settingsIn(containerd, all)
        expect(found.files.length).toBeLessThanOrEqual(3)
        expect(settingsIn(containerd, all)).toEqual(found)
      }),
      { numRuns: 2000 },
    )
  }, 60_000)
})
