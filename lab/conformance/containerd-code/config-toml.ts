/** What `containerd config dump` makes of the folders in fixtures/config-toml. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { binaryPath, ensureProgram } from '../../binaries.ts'
import { containerd } from '../../programs.ts'
import { run } from '../../run.ts'
import { containerdVersions, type ContainerdVersion } from '../../versions.ts'
import { configTables, isTable, tableIn, valueIn, type ConfigTable } from '../../../src/containerd/config-tables.ts'

const folder = fileURLToPath(new URL('../../../fixtures/config-toml/', import.meta.url))
const file = join(folder, 'effective.json')

type Effective = { readonly error: string } | { readonly config_path: string; readonly [setting: string]: unknown }

/** @returns what is different from what is committed, as text */
export async function compareConfigToml(write: boolean): Promise<string[]> {
  const names = readdirSync(folder).filter((name) => statSync(join(folder, name)).isDirectory())
  for (const version of containerdVersions) await ensureProgram(containerd(version))
  const all: Record<string, Record<string, Effective>> = {}
  for (const name of names.toSorted()) {
    const versions = await Promise.all(containerdVersions.map(async (one) => [one.version, await effective(one, name)] as const))
    all[name] = Object.fromEntries(versions)
  }
  const text = shown(all)
  if (text === readFileSync(file, 'utf8')) return []
  const committed = JSON.parse(readFileSync(file, 'utf8')) as typeof all
  if (write) writeFileSync(file, text)
  return names.flatMap((name) =>
    containerdVersions.flatMap(({ version }) => {
      const [before, now] = [JSON.stringify(committed[name]?.[version]), JSON.stringify(all[name]![version])]
      return before === now ? [] : [`${name} ${version}: ${before} → ${now}`]
    }),
  )
}

async function effective(version: ContainerdVersion, name: string): Promise<Effective> {
  const program = binaryPath(containerd(version), 'containerd')
  // Errors name the file as it was given.
  const { code, stdout, stderr } = await run(program, ['-c', `${name}/config.toml`, 'config', 'dump'], { cwd: folder, check: false })
  if (code !== 0) return { error: stderr.trim().split('\n').at(-1)! }
  return settingsOf(version, configTables(stdout, ''))
}

/** The settings that decide how images are pulled; those that have their default are left out. */
function settingsOf({ version }: ContainerdVersion, dump: ConfigTable): Effective {
  const old = version.startsWith('1.')
  const plugin = tableIn(tableIn(dump, 'plugins'), `io.containerd.${old ? 'grpc.v1.cri' : 'cri.v1.images'}`)
  const registry = tableIn(plugin, 'registry')
  const snapshots = old ? tableIn(plugin, 'containerd') : plugin
  const configs = tableIn(registry, 'configs')
  const lists: [string, unknown][] = [
    [
      'mirrors',
      Object.fromEntries(
        [...tableIn(registry, 'mirrors')].map(([host, one]) => [host, isTable(one) ? valueIn(one, 'endpoint')?.value : null]),
      ),
    ],
    ['configs', [...configs.keys()]],
    ['configs_with_tls', [...configs].flatMap(([host, one]) => (isTable(one) && one.has('tls') ? [host] : []))],
    ['auths', [...tableIn(registry, 'auths').keys()]],
  ]
  const defaults: [string, ConfigTable, unknown][] = [
    ['use_local_image_pull', plugin, false],
    ['disable_snapshot_annotations', snapshots, true],
    ['discard_unpacked_layers', snapshots, false],
    ['max_concurrent_downloads', plugin, 3],
    ['image_pull_with_sync_fs', plugin, false],
  ]
  return {
    config_path: valueIn(registry, 'config_path')?.value as string,
    ...Object.fromEntries(lists.filter(([, list]) => Object.keys(list as object).length > 0)),
    ...Object.fromEntries(
      defaults.flatMap(([name, table, usual]) => {
        const value = valueIn(table, name)?.value ?? usual
        return value === usual ? [] : [[name, value]]
      }),
    ),
  }
}

const shown = (all: Record<string, Record<string, Effective>>): string =>
  `{\n${Object.entries(all)
    .map(
      ([name, versions]) =>
        ` ${JSON.stringify(name)}: {\n${Object.entries(versions)
          .map(([version, one]) => `  "${version}": ${spaced(one)}`)
          .join(',\n')}\n }`,
    )
    .join(',\n')}\n}\n`

/** On one line, with blanks inside of the brackets. */
function spaced(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const inner = Array.isArray(value)
    ? value.map(spaced)
    : Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${spaced(one)}`)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  return inner.length === 0 ? `${open}${close}` : `${open} ${inner.join(', ')} ${close}`
}
