import { isMapping, itemsOf, unknownKeys, valueAt } from '../known-keys.ts'
import { registriesProblems } from '../k3s/judge-registries.ts'
import { judgedFor } from '../k3s/lint-registries-yaml.ts'
import { containerdOf, k3sVersionOf, newestContainerd } from '../k3s/versions.ts'
import { withRenamed, withReplaced, type Judgement, type LintSettings, type Problem } from '../problem.ts'
import type { YamlPath, YamlSource } from '../yaml-source.ts'
import { extraArgs } from './extra-args.ts'
import { registriesConfig } from './registries-config.ts'
import { k3dKeys } from './known-keys.ts'
import type { K3dNodes } from './nodes.ts'
import { k3dRegistries, mirrorsOfK3d, type K3dRegistry } from './registries.ts'

/** Judges the configuration of a k3d cluster by the registries.yaml that its nodes will have. */
export function lintK3d(source: YamlSource, settings: LintSettings): Judgement {
  const k3s = settings.k3s ?? versionOfImage(valueAt(source.value, ['image']))
  const containerd = settings.containerd ?? (k3s === undefined ? newestContainerd : containerdOf(k3s))
  const judged = judgedFor(k3s, containerd.text)
  const refused = refusals(source)
  if (refused.length > 0) return { judgedFor: judged, problems: refused, notes: [] }

  const args = extraArgs(source, nodesOf(source.value), k3s)
  const registries = k3dRegistries(source.value, clusterOf(source.value))
  const k3dMirrors = mirrorsOfK3d(registries)
  const config = registriesConfig(source, k3dMirrors)
  const use = {
    containerd,
    flag: args.withFlag.length > 0,
    k3dRegistries: Object.keys(k3dMirrors),
    throughK3d: true,
    ...(k3s !== undefined && { k3sVersion: k3s }),
  }
  const problems = config.source && config.text !== undefined ? registriesProblems(config.source, { ...use, text: config.text }) : []
  return {
    judgedFor: judged,
    problems: [...strayKeys(source), ...missing(source, registries), ...args.problems, ...config.problems, ...problems],
    notes: [...config.notes, ...localhostNotes(registries, config.hosts)],
  }
}

function clusterOf(value: unknown): string {
  const names = [valueAt(value, ['metadata', 'name']), valueAt(value, ['name'])]
  return names.find((one): one is string => typeof one === 'string') ?? 'k3s-default'
}

function versionOfImage(image: unknown): string | undefined {
  const tag = typeof image === 'string' ? /(?:^|\/)k3s:([^:@/]+)(?:@.*)?$/.exec(image)?.[1] : undefined
  return tag === undefined ? undefined : (k3sVersionOf(tag) ?? undefined)
}

function nodesOf(value: unknown): K3dNodes {
  const count = (key: string, usual: number): number => {
    const given = valueAt(value, [key])
    return typeof given === 'number' && given >= 0 && given < 1000 ? Math.floor(given) : usual
  }
  return {
    servers: count('servers', 1),
    agents: count('agents', 0),
    loadBalancer: valueAt(value, ['options', 'k3d', 'disableLoadbalancer']) !== true,
  }
}

const invalid = (source: YamlSource, path: YamlPath, message: string, correction?: Problem['correction']): Problem => ({
  code: 'cluster-config-invalid',
  severity: 'error',
  ...source.place(path),
  message,
  ...(correction && { correction }),
})

/** What k3d's schema does not allow: it makes no cluster. */
function refusals(source: YamlSource): Problem[] {
  const apiVersion = String(valueAt(source.value, ['apiVersion'])).toLowerCase()
  const known = Object.hasOwn(k3dKeys, apiVersion) ? k3dKeys[apiVersion]! : null
  if (!known)
    return [
      invalid(
        source,
        ['apiVersion'],
        `k3d knows no apiVersion "${apiVersion}", only ${Object.keys(k3dKeys).join(', ')}, and makes no cluster`,
      ),
    ]
  const unknown = unknownKeys(source.value, known).filter(({ path }) => !isStray(path))
  return [
    ...unknown.map(({ path, key, near }) => {
      const correction = near === undefined ? undefined : withRenamed(source.file, source.place(path), key, near)
      return invalid(
        source,
        path,
        `k3d does not know the key "${key}" and makes no cluster${near === undefined ? '' : `; "${near}" is meant`}`,
        correction,
      )
    }),
    ...noText(source, ['registries', 'create', 'hostPort']),
    ...noText(source, ['kubeAPI', 'hostPort']),
    ...wrongRegistries(source, apiVersion),
  ]
}

/** Numbers are no texts to k3d's schema. */
function noText(source: YamlSource, path: YamlPath): Problem[] {
  const value = valueAt(source.value, path)
  if (typeof value !== 'number') return []
  const place = source.place(path)
  return [
    invalid(
      source,
      path,
      `${String(path.at(-1))} is a text, and k3d makes no cluster where it is a number: write "${value}"`,
      withReplaced(source.file, place, String(value), `"${value}"`),
    ),
  ]
}

function wrongRegistries({ value, ...source }: YamlSource, apiVersion: string): Problem[] {
  if (apiVersion.endsWith('v1alpha2')) return []
  const own = { ...source, value }
  const [config, use, create] = ['config', 'use', 'create'].map((key) => valueAt(value, ['registries', key]))
  return [
    ...(isMapping(config)
      ? [
          invalid(
            own,
            ['registries', 'config'],
            'registries.config is a text with the registries.yaml in it (`config: |`), and k3d makes no cluster where it is a mapping',
          ),
        ]
      : []),
    ...(use !== undefined && use !== null && !Array.isArray(use)
      ? [invalid(own, ['registries', 'use'], 'registries.use is a list, and k3d makes no cluster where it is something else')]
      : []),
    ...(create !== undefined && create !== null && !isMapping(create)
      ? [
          invalid(
            own,
            ['registries', 'create'],
            'registries.create is a mapping with a name, and k3d makes no cluster where it is something else',
          ),
        ]
      : []),
  ]
}

const isStray = (path: YamlPath): boolean => path.length === 2 && path[0] === 'registries'

/** Keys of registries.yaml right under `registries`, which k3d drops without a word. */
function strayKeys(source: YamlSource): Problem[] {
  const known = Object.values(k3dKeys).at(-1)!
  return unknownKeys(source.value, known)
    .filter(({ path }) => isStray(path))
    .map(({ path, key }) => {
      const isConfig = /^(?:mirrors?|configs?|auths)$/.test(key)
      const message = `k3d drops the key "${key}" of registries in silence${isConfig ? ': what belongs into a registries.yaml is a text under registries.config (`config: |`)' : ''}`
      return { code: 'unknown-key', severity: isConfig ? 'error' : 'warning', ...source.place(path), message } as const
    })
}

/** Flags of `k3d cluster create` can name registries too. */
function missing(source: YamlSource, registries: readonly K3dRegistry[]): Problem[] {
  const config = valueAt(source.value, ['registries', 'config'])
  if (registries.length > 0 || (config !== undefined && config !== null && config !== '') || mountsRegistries(source.value)) return []
  const path = valueAt(source.value, ['registries']) === undefined ? ['kind'] : ['registries']
  const message =
    'the file names no registry, so nodes get no registries.yaml, and images of every host but localhost are asked over HTTPS: "http: server gave HTTP response to HTTPS client" from a local registry. k3d writes it when the cluster is created and at no other time; it is right only where `k3d cluster create` is given --registry-use or --registry-create, or no local registry is used'
  const insert = 'registries:\n  create:\n    name: k3d-dev-reg\n    hostPort: "5000"'
  return [{ code: 'registries-yaml-missing', severity: 'warning', ...source.place(path), message, correction: { insert } }]
}

/** The file can also be mounted or copied. */
const mountsRegistries = (value: unknown): boolean =>
  [...itemsOf(valueAt(value, ['volumes'])), ...itemsOf(valueAt(value, ['files']))].some((one) =>
    /\/registries\.yaml\b|k3s-registry-config/.test(JSON.stringify(one)),
  )

function localhostNotes(registries: readonly K3dRegistry[], hosts: readonly string[]): string[] {
  return registries.slice(0, 1).flatMap(({ name, hostPort }) => {
    if (hostPort === undefined || hosts.includes(`localhost:${hostPort}`) || hosts.includes('*')) return []
    return [
      `images are pulled as ${name}:${hostPort}/…; those named localhost:${hostPort}/… are not found, as k3d writes no mirror for localhost`,
    ]
  })
}
