/** The lab's command line, as data. */
import { readFileSync } from 'node:fs'
import { parseArgs, type ParseArgsConfig } from 'node:util'
import type { BuildOptions } from './build.ts'
import { defaultEventTtl, refuseKubelet, resolveEventTtl } from './cluster-config.ts'
import type { UpOptions } from './cluster-note.ts'
import type { UpK3dOptions } from './k3d-config.ts'
import { type ImageChoice, imageChoices } from './upstream.ts'
import {
  containerdVersions,
  defaultContainerd,
  defaultK3sContainerd,
  k3sVersions,
  kubeletVersions,
  ownKubelet,
  resolveContainerd,
  resolveContainerdList,
  resolveK3s,
  resolveKubelet,
  UsageError,
} from './versions.ts'

export type Command =
  | { readonly command: 'help' }
  | { readonly command: 'status' }
  | { readonly command: 'build'; readonly options: BuildOptions }
  | { readonly command: 'up kind'; readonly options: UpOptions }
  | { readonly command: 'up k3d'; readonly options: UpK3dOptions }
  | { readonly command: 'down'; readonly what: DownArgs }

/** What `down` is told; all of it may be given at once. */
export interface DownArgs {
  readonly name?: string | undefined
  readonly registry: boolean
  readonly engine: boolean
  readonly kubeconfig?: string | undefined
}

export const usage = `Real kind and k3d clusters with a local registry, from packages alone.

  build [--containerd V ...|all] [--kubelet V] [--images auto|lab|upstream]
                        everything that clusters need (default: all versions of kind, the oldest and newest of k3d)
  up kind --name N      a healthy cluster, its registry and a test image in it
     [--workers W]      worker nodes (default 0)
     [--containerd V]   ${containerdVersions.map((c) => c.version).join(', ')} or a minor (default ${defaultContainerd})
     [--kubelet V]      ${kubeletVersions.map((k) => k.version).join(', ')} or a minor: an older kubelet, in the lab's own image
                        (takes minutes to build; default ${ownKubelet}, the node image's)
     [--event-ttl D]    how long the API server keeps events (default ${defaultEventTtl})
     [--no-config-path] leave config_path out of containerd's settings
     [--no-registry]    no registry, no hosts.toml, no ConfigMap
     [--images auto|lab|upstream] [--kubeconfig FILE]
  up k3d --name N       the same of k3d, with a registry beside the cluster
     [--agents A]       nodes beside the server (default 1)
     [--containerd V]   ${k3sVersions.map((k) => k.containerd).join(', ')} or a minor (default ${defaultK3sContainerd})
     [--registries FILE] registries.yaml of all nodes, in place of what k3d writes
     [--disable-default-endpoint] [--flag-on all|servers]
                        start k3s with --disable-default-registry-endpoint
     [--registry-create] a registry of the cluster's own, or
     [--no-registry]    none
     [--images auto|lab|upstream] [--kubeconfig FILE]
  down --name N         remove a cluster, and the registry with the last one
     [--registry]       remove the registry in any case
     [--engine]         stop the engine that the lab started
     [--kubeconfig FILE]
  status                engine, cache, clusters, registry

An existing cluster keeps its workers or agents, containerd, kubelet and event ttl unless others are asked for; where it
differs from what is asked for, it is made anew.
`

const file = { kubeconfig: { type: 'string' } } as const
const images = { images: { type: 'string' } } as const

function parse<T extends NonNullable<ParseArgsConfig['options']>>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    throw new UsageError(line.split('. To specify')[0] ?? line)
  }
}

function none(positionals: readonly string[]): void {
  if (positionals.length > 0) throw new UsageError(`unexpected argument '${positionals[0]}'`)
}

function imageChoice(value: string | undefined): ImageChoice {
  const found = imageChoices.find((c) => c === (value ?? 'auto'))
  if (found === undefined) throw new UsageError(`--images is one of ${imageChoices.join(', ')}, not '${value}'`)
  return found
}

function kubeletVersion(value: string | undefined, choice: ImageChoice): string | undefined {
  if (value === undefined) return undefined
  const kubelet = resolveKubelet(value)?.version ?? ownKubelet
  refuseKubelet(kubelet, choice)
  return kubelet
}

const kindNames = /^[a-z0-9][a-z0-9.-]*$/
/** Containers are called `k3d-NAME-server-0`, which are host names. */
const k3dNames = /^[a-z0-9][a-z0-9-]{0,31}$/

/** A provider's rule for names, which become names of containers and contexts. */
function clusterName(value: string | undefined, rule: RegExp = kindNames): string {
  if (value === undefined) throw new UsageError('--name is missing')
  if (!rule.test(value)) throw new UsageError(`'${value}' is not a name of a cluster`)
  return value
}

function nodeCount(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (!/^\d{1,2}$/.test(value)) throw new UsageError(`${option} is a number, not '${value}'`)
  return Number(value)
}

function readRegistries(path: string | undefined): string | undefined {
  if (path === undefined) return undefined
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`--registries: ${(error as Error).message}`)
  }
}

function parseUpKind(args: readonly string[]): Command {
  const { values, positionals } = parse(args, {
    name: { type: 'string' },
    workers: { type: 'string' },
    containerd: { type: 'string' },
    kubelet: { type: 'string' },
    'event-ttl': { type: 'string' },
    'no-config-path': { type: 'boolean' },
    'no-registry': { type: 'boolean' },
    ...images,
    ...file,
  })
  none(positionals)
  const choice = imageChoice(values.images)
  const options: UpOptions = {
    name: clusterName(values.name),
    workers: nodeCount('--workers', values.workers),
    containerd: values.containerd === undefined ? undefined : resolveContainerd(values.containerd).version,
    kubelet: kubeletVersion(values.kubelet, choice),
    eventTtl: values['event-ttl'] === undefined ? undefined : resolveEventTtl(values['event-ttl']),
    configPath: values['no-config-path'] ? false : undefined,
    registry: values['no-registry'] ? false : undefined,
    images: choice,
    kubeconfig: values.kubeconfig,
  }
  return { command: 'up kind', options }
}

function parseUpK3d(args: readonly string[]): Command {
  const { values, positionals } = parse(args, {
    name: { type: 'string' },
    agents: { type: 'string' },
    containerd: { type: 'string' },
    registries: { type: 'string' },
    'disable-default-endpoint': { type: 'boolean' },
    'flag-on': { type: 'string' },
    'registry-create': { type: 'boolean' },
    'no-registry': { type: 'boolean' },
    ...images,
    ...file,
  })
  none(positionals)
  const flagOn = (['all', 'servers', undefined] as const).find((one) => one === values['flag-on'])
  if (flagOn !== values['flag-on']) throw new UsageError(`--flag-on is all or servers, not '${values['flag-on']}'`)
  if (flagOn && !values['disable-default-endpoint']) throw new UsageError('--flag-on goes with --disable-default-endpoint')
  if (values['registry-create'] && values['no-registry']) throw new UsageError('--registry-create and --no-registry exclude each other')
  const options: UpK3dOptions = {
    name: clusterName(values.name, k3dNames),
    agents: nodeCount('--agents', values.agents),
    containerd: values.containerd === undefined ? undefined : resolveK3s(values.containerd).containerd,
    registry: values['registry-create'] ? 'create' : values['no-registry'] ? 'none' : undefined,
    registries: readRegistries(values.registries),
    disableDefaultEndpoint: values['disable-default-endpoint'],
    flagOn,
    images: imageChoice(values.images),
    kubeconfig: values.kubeconfig,
  }
  return { command: 'up k3d', options }
}

function parseUp([provider, ...args]: readonly string[]): Command {
  if (provider === 'kind') return parseUpKind(args)
  if (provider === 'k3d') return parseUpK3d(args)
  const isWord = provider !== undefined && !provider.startsWith('-')
  throw new UsageError(isWord ? `unknown provider '${provider}'; known: kind, k3d` : "up needs 'kind' or 'k3d'")
}

function parseDown(args: readonly string[]): Command {
  const boolean = { type: 'boolean', default: false } as const
  const { values, positionals } = parse(args, { name: { type: 'string' }, registry: boolean, engine: boolean, ...file })
  none(positionals)
  if (values.name === undefined && !values.registry && !values.engine) {
    throw new UsageError('down needs --name N, --registry or --engine')
  }
  const name = values.name === undefined ? undefined : clusterName(values.name)
  return { command: 'down', what: { ...values, name } }
}

function parseBuild(args: readonly string[]): Command {
  const { values, positionals } = parse(args, {
    containerd: { type: 'string', multiple: true },
    kubelet: { type: 'string' },
    ...images,
  })
  // `--containerd 2.1 2.2` reads naturally, so what follows the option belongs to it
  if (values.containerd === undefined) none(positionals)
  const versions = resolveContainerdList([...(values.containerd ?? []), ...positionals])
  const choice = imageChoice(values.images)
  const kubelet = resolveKubelet(kubeletVersion(values.kubelet, choice) ?? ownKubelet)
  return { command: 'build', options: { ...versions, images: choice, kubelet } }
}

/** Reads the command line; throws a UsageError with one clear line. */
export function parseCommand(argv: readonly string[]): Command {
  const [command, ...args] = argv
  if (command === 'help' || argv.includes('--help') || argv.includes('-h')) return { command: 'help' }
  if (command === 'build') return parseBuild(args)
  if (command === 'up') return parseUp(args)
  if (command === 'down') return parseDown(args)
  if (command === 'status') {
    none(parse(args, {}).positionals)
    return { command }
  }
  const what = command === undefined ? 'no command' : `unknown command '${command}'`
  throw new UsageError(`${what}; known: build, up, down, status`)
}
