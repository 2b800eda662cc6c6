import { parse } from 'yaml'

/** What k3s was told of registries. Later arguments replace earlier ones. */
export interface K3sFlags {
  /** Undefined: not given. */
  readonly disableDefaultRegistryEndpoint?: boolean
  readonly embeddedRegistry?: boolean
  /** Path of registries.yaml. */
  readonly privateRegistry: string
}

export const defaultRegistriesYaml = '/etc/rancher/k3s/registries.yaml'
const defaultConfigFile = '/etc/rancher/k3s/config.yaml'

/**
 * Where k3s reads its configuration file: further files lie in a folder of that name with `.d`.
 * @param args as the process was started, from `server` or `agent` on
 * @param environment of the process (`K3S_CONFIG_FILE`)
 * Source: k3s, pkg/configfilearg/parser.go.
 */
export function configFileOf(args: readonly string[], environment: { readonly [name: string]: string }): string {
  const given = environment['K3S_CONFIG_FILE'] || valuesOf(args, 'config', 'c').at(-1)
  return typeof given === 'string' ? given : defaultConfigFile
}

/**
 * The flags that decide what becomes of registries.yaml.
 * @param args as the process was started: `['server', '--tls-san', …]`
 * @param configFiles texts of config.yaml and of config.yaml.d/*.yaml, in this order; they count before the arguments
 * Source: k3s, pkg/cli/cmds/agent.go and server.go, pkg/configfilearg/parser.go.
 */
export function k3sFlags(args: readonly string[], configFiles: readonly string[] = []): K3sFlags {
  const all = [...configFiles.flatMap(argumentsOf), ...args]
  const isSet = (name: string): boolean | undefined => {
    const last = valuesOf(all, name).at(-1)
    return last === undefined ? undefined : last === null || /^(?:1|t|T|true|TRUE|True)$/.test(last)
  }
  const [disabled, embedded] = [isSet('disable-default-registry-endpoint'), isSet('embedded-registry')]
  const path = valuesOf(all, 'private-registry').at(-1)
  return {
    ...(disabled !== undefined && { disableDefaultRegistryEndpoint: disabled }),
    ...(embedded !== undefined && { embeddedRegistry: embedded }),
    privateRegistry: path || defaultRegistriesYaml,
  }
}

const booleanFlags = ['disable-default-registry-endpoint', 'embedded-registry']

/** The values that a flag is given: `--a=b`, `--a b`; null for a flag alone. */
function valuesOf(args: readonly string[], ...names: string[]): (string | null)[] {
  return args.flatMap((arg, index) => {
    const [, name = '', value] = /^--?([\w-]+)(?:=(.*))?$/s.exec(arg) ?? []
    if (!names.includes(name)) return []
    if (value !== undefined) return [value]
    const next = args[index + 1]
    // A boolean takes its value only with `=`; the annotation k3s.io/node-args writes one as a word of its own.
    if (booleanFlags.includes(name)) return [next === 'true' || next === 'false' ? next : null]
    return [next ?? null]
  })
}

/** The lines of a configuration file as arguments; a file that is no YAML has none, and k3s does not start with it. */
function argumentsOf(text: string): string[] {
  let content: unknown
  try {
    content = parse(text, { maxAliasCount: 100, logLevel: 'silent' })
  } catch {
    return []
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return []
  return Object.entries(content).flatMap(([key, value]) =>
    (Array.isArray(value) ? (value as unknown[]) : [value]).map((one) => `--${key.replace(/\+$/, '')}=${String(one ?? '')}`),
  )
}
