/** The lab's command line, as data. */
import { parseArgs, type ParseArgsConfig } from 'node:util'
import type { BuildOptions } from './build.ts'
import { defaultEventTtl, refuseKubelet, resolveEventTtl } from './cluster-config.ts'
import type { UpOptions } from './cluster-note.ts'
import { type ImageChoice, imageChoices } from './upstream.ts'
import {
  containerdVersions,
  defaultContainerd,
  kubeletVersions,
  ownKubelet,
  resolveContainerd,
  resolveContainerdList,
  resolveKubelet,
  UsageError,
} from './versions.ts'

export type Command =
  | { readonly command: 'help' }
  | { readonly command: 'status' }
  | { readonly command: 'build'; readonly options: BuildOptions }
  | { readonly command: 'up'; readonly options: UpOptions }
  | { readonly command: 'down'; readonly what: DownArgs }

/** What `down` is told; all of it may be given at once. */
export interface DownArgs {
  readonly name?: string | undefined
  readonly registry: boolean
  readonly engine: boolean
  readonly kubeconfig?: string | undefined
}

export const usage = `Real kind clusters with a local registry, from packages alone.

  build [--containerd V ...|all] [--kubelet V] [--images auto|lab|upstream]
                        everything that clusters need (default: all versions)
  up kind --name N      a healthy cluster, its registry and a test image in it
     [--workers W]      worker nodes (default 0)
     [--containerd V]   ${containerdVersions.map((c) => c.version).join(', ')} or a minor (default ${defaultContainerd})
     [--kubelet V]      ${kubeletVersions.map((k) => k.version).join(', ')} or a minor: an older kubelet, in the lab's own image
                        (takes minutes to build; default ${ownKubelet}, the node image's)
     [--event-ttl D]    how long the API server keeps events (default ${defaultEventTtl})
     [--no-config-path] leave config_path out of containerd's settings
     [--no-registry]    no registry, no hosts.toml, no ConfigMap
     [--images auto|lab|upstream] [--kubeconfig FILE]
  down --name N         remove a cluster, and the registry with the last one
     [--registry]       remove the registry in any case
     [--engine]         stop the engine that the lab started
     [--kubeconfig FILE]
  status                engine, cache, clusters, registry

An existing cluster keeps its workers, containerd, kubelet and event ttl unless others are asked for; where it differs
from what is asked for, it is made anew.
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

/** kind's rule for names, which become names of containers and contexts. */
function clusterName(value: string | undefined): string {
  if (value === undefined) throw new UsageError('--name is missing')
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(value)) throw new UsageError(`'${value}' is not a name of a cluster`)
  return value
}

function workerCount(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (!/^\d{1,2}$/.test(value)) throw new UsageError(`--workers is a number, not '${value}'`)
  return Number(value)
}

function parseUp(args: readonly string[]): Command {
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
  const [provider, ...rest] = positionals
  if (provider !== 'kind') {
    throw new UsageError(provider === undefined ? "up needs 'kind'" : `unknown provider '${provider}'; known: kind`)
  }
  none(rest)
  const choice = imageChoice(values.images)
  const options: UpOptions = {
    name: clusterName(values.name),
    workers: workerCount(values.workers),
    containerd: values.containerd === undefined ? undefined : resolveContainerd(values.containerd).version,
    kubelet: kubeletVersion(values.kubelet, choice),
    eventTtl: values['event-ttl'] === undefined ? undefined : resolveEventTtl(values['event-ttl']),
    configPath: values['no-config-path'] ? false : undefined,
    registry: values['no-registry'] ? false : undefined,
    images: choice,
    kubeconfig: values.kubeconfig,
  }
  return { command: 'up', options }
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
  const containerd = resolveContainerdList([...(values.containerd ?? []), ...positionals])
  const choice = imageChoice(values.images)
  const kubelet = resolveKubelet(kubeletVersion(values.kubelet, choice) ?? ownKubelet)
  return { command: 'build', options: { containerd, images: choice, kubelet } }
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
