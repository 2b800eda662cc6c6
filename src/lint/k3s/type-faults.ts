import { entriesOf, isMapping, valueAt } from '../known-keys.ts'
import type { YamlPath } from '../yaml-source.ts'

export interface TypeFault {
  readonly path: YamlPath
  readonly message: string
}

/** Where a registries.yaml has another type than its reader expects; whether it is refused for that, the reader says. */
export function typeFaults(value: unknown): TypeFault[] {
  if (!isMapping(value)) return [{ path: [], message: 'the file is no mapping' }]
  const areas = ['mirrors', 'configs', 'auths'].flatMap((area) => notMapping(value[area], [area]))
  const mirrors = entriesOf(value['mirrors']).flatMap(([host, one]) => [
    ...notMapping(one, ['mirrors', host]),
    ...notList(valueAt(one, ['endpoint']), ['mirrors', host, 'endpoint']),
    ...notMapping(valueAt(one, ['rewrite']), ['mirrors', host, 'rewrite']),
  ])
  const configs = entriesOf(value['configs']).flatMap(([host, one]) => [
    ...notMapping(one, ['configs', host]),
    ...['auth', 'tls'].flatMap((key) => notMapping(valueAt(one, [key]), ['configs', host, key])),
    ...notBoolean(valueAt(one, ['tls', 'insecure_skip_verify']), ['configs', host, 'tls', 'insecure_skip_verify']),
  ])
  return [...areas, ...mirrors, ...configs]
}

const nameOf = (path: YamlPath): string => String(path.at(-1))

const notMapping = (value: unknown, path: YamlPath): TypeFault[] =>
  value === undefined || value === null || isMapping(value) ? [] : [{ path, message: `"${nameOf(path)}" is a mapping` }]

const notList = (value: unknown, path: YamlPath): TypeFault[] =>
  value === undefined || value === null || Array.isArray(value) ? [] : [{ path, message: `"${nameOf(path)}" is a list` }]

const notBoolean = (value: unknown, path: YamlPath): TypeFault[] =>
  value === undefined || value === null || typeof value === 'boolean' ? [] : [{ path, message: `"${nameOf(path)}" is true or false` }]
