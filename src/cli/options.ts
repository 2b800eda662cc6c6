import { InvalidArgumentError, Option, type Command } from 'commander'
import { reporters } from '../reporters/index.ts'
import { nearest } from '../model/near-name.ts'
import type { Severity } from '../model/words.ts'

/** What `check` and its kin understand, as commander hands it over. */
export interface SharedOptions {
  readonly provider?: 'kind' | 'k3d'
  readonly cluster: readonly string[]
  readonly context?: string
  readonly kubeconfig?: string
  readonly logFile?: string
  readonly registry?: string
  readonly registryUrl?: string
  readonly check: readonly string[]
  readonly skip: readonly string[]
  readonly output: readonly OutputTarget[]
  readonly failOn: Severity
  readonly timeout: number
  readonly color: 'auto' | 'always' | 'never'
  readonly quiet?: boolean
  readonly verbose?: boolean
  readonly from?: string
}

/** One `-o FORMAT[=FILE]`. */
export interface OutputTarget {
  readonly format: string
  readonly file?: string
}

function parseOutput(names: readonly string[], value: string, earlier: readonly OutputTarget[] = []): OutputTarget[] {
  const [format = '', ...rest] = value.split('=')
  if (!names.includes(format)) {
    const near = nearest(format, names)
    throw new InvalidArgumentError(`"${format}" is no format${near ? `; did you mean "${near}"?` : `: there are ${names.join(', ')}`}`)
  }
  const file = rest.join('=')
  if (rest.length > 0 && file === '') throw new InvalidArgumentError(`"${value}" names no file`)
  const all = [...earlier, { format, ...(file !== '' && { file }) }]
  if (file !== '' && earlier.some((one) => one.file === file))
    throw new InvalidArgumentError(`${file} is given to two formats; give each its own file`)
  if (all.filter((one) => one.file === undefined).length > 1)
    throw new InvalidArgumentError('only one format can go to standard output; give the others a file: -o junit=report.xml')
  return all
}

/** A day: longer than anything that can be meant, and still what a timer can hold. */
const longestMs = 86_400_000

const units = { ms: 1, s: 1000, m: 60_000 }

/** `500ms`, `30s`, `2m`, `1m30s` in milliseconds. */
export function parseDuration(value: string): number {
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m)/g)]
  if (value === '' || parts.map(([part]) => part).join('') !== value)
    throw new InvalidArgumentError('a duration is a number with a unit: 500ms, 30s, 2m, 1m30s')
  const ms = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * units[unit as keyof typeof units], 0)
  if (ms <= 0) throw new InvalidArgumentError('it must be longer than 0')
  if (ms > longestMs) throw new InvalidArgumentError(`it may be at most ${longestMs / 60_000}m`)
  return ms
}

/** Within which a run with a probe gives up, where the user says nothing else. */
export const probeTimeoutMs = 120_000

/** Within which a run that repairs gives up: nodes restart, images are pushed. */
export const repairTimeoutMs = 600_000

/** Within which a set-up gives up: a cluster may have to be made, and images pulled for it. */
export const setupTimeoutMs = 900_000

/** A TCP port. */
export function parsePort(value: string): number {
  const port = Number(value)
  if (!/^\d{1,5}$/.test(value) || port < 1 || port > 65_535) throw new InvalidArgumentError('a port is a number from 1 to 65535')
  return port
}

/** What is probed stands before it: the value of an option that may have none would take its place. */
export function parseProbe(value: string): 'pods' | 'cri' {
  if (value === 'pods' || value === 'cri') return value
  throw new InvalidArgumentError(
    `it is pods or cri${value.includes('/') ? `; what is meant stands before it: check ${value} --probe` : ''}`,
  )
}

function parseHostPort(value: string): string {
  if (/^https?:\/\//.test(value)) throw new InvalidArgumentError('give HOST:PORT without a scheme, as images name it')
  const [, port] = /^(?:\[[0-9a-fA-F:]+\]|[\w.-]+)(?::(\d{1,5}))?$/.exec(value) ?? [undefined, '65536']
  if (Number(port ?? 0) > 65_535) throw new InvalidArgumentError('that is no HOST:PORT')
  return value
}

/** Of an option that can be given again and again: all its values. */
export const repeated = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value]

/** The options that every command shares which looks at clusters. */
export function addClusterOptions(command: Command, timeoutMs = 60_000): Command {
  return command
    .addOption(new Option('--provider <name>', 'only clusters of this provider').choices(['kind', 'k3d']))
    .addOption(new Option('--cluster <name>', 'only this cluster (repeatable)').argParser(repeated).default([], 'all'))
    .option('--context <name>', 'the kubeconfig context to use; it must lead to the cluster')
    .option('--kubeconfig <file>', 'the kubeconfig to use')
    .option('--log-file <file>', 'keep there what was asked, answered and done, a JSON object per line')
    .addOption(new Option('--timeout <duration>', 'give up after').argParser(parseDuration).default(timeoutMs, `${timeoutMs / 1000}s`))
}

export const failOnOption = (): Option =>
  new Option('--fail-on <severity>', 'exit 1 from this severity on').choices(['error', 'warning']).default('error')

/** The options that every command shares which examines clusters and registries. */
export function addSharedOptions(command: Command, timeoutMs?: number): Command {
  return addClusterOptions(command, timeoutMs)
    .addOption(new Option('--registry <host:port>', 'only this registry').argParser(parseHostPort))
    .option(
      '--registry-url <url>',
      'where this machine reaches the registry, as in a devcontainer (env: REGISTRY_DOCTOR_REGISTRY_URL, K3D_REGISTRY_HEALTHCHECK_URL); default: where its port is published',
    )
    .addOption(
      new Option('--check <id>', 'only this check (repeatable; a group like "node" is all of its checks)')
        .argParser(repeated)
        .default([], 'all'),
    )
    .addOption(new Option('--skip <id>', 'without this check (repeatable)').argParser(repeated).default([], 'none'))
    .addOption(failOnOption())
}

/**
 * @param standard what is written where `-o` is not given, for the help
 * @param formats the formats that the command's document has
 */
export function addOutputOptions(command: Command, standard = 'terminal', formats: readonly { name: string }[] = reporters): Command {
  const names = formats.map((one) => one.name)
  return command
    .addOption(
      new Option('-o, --output <format[=file]>', `${names.join(', ')} (repeatable, each to its own file)`)
        .argParser((value: string, earlier: readonly OutputTarget[] | undefined) => parseOutput(names, value, earlier))
        .default([], standard),
    )
    .addOption(new Option('--color <when>', 'colour the terminal report').choices(['auto', 'always', 'never']).default('auto'))
    .option('-q, --quiet', 'only the verdict')
    .option('-v, --verbose', 'also what passed, what was chosen and why')
}
