/** The arguments that k3s works with: those of its command line, after those that its config.yaml stands for. */
import { parse } from 'yaml'

/** A config file's arguments come directly after these words (k3s, pkg/cli/main and pkg/configfilearg, 1.31 to 1.35). */
const commands = ['server', 'agent']

/** Flags whose values no annotation may show (k3s, pkg/nodeconfig/nodeconfig.go). */
const secrets = [
  '--token',
  '-t',
  '--agent-token',
  '--datastore-endpoint',
  '--cluster-secret',
  '--etcd-s3-access-key',
  '--etcd-s3-secret-key',
]
const omitted = '********'

type Value = string | number | boolean | null
type Setting = Value | readonly Value[]

const listOf = (value: Setting): readonly Value[] => {
  if (Array.isArray(value)) return value as readonly Value[]
  return value === '' || value === null ? [] : [value as Value]
}

/** What config.yaml and the files of config.yaml.d mean as arguments: the last file wins, `key+` adds to the ones before. */
export function configArguments(texts: readonly string[]): readonly string[] {
  const values = new Map<string, Setting>()
  for (const text of texts) {
    for (const [key, value] of Object.entries((parse(text) ?? {}) as Record<string, Setting>)) {
      const name = key.replace(/\+$/, '')
      const old = values.get(name)
      values.set(name, old !== undefined && key.endsWith('+') ? [...listOf(old), ...listOf(value)] : value)
    }
  }
  return [...values].flatMap(([name, value]) => {
    const flag = `${name.length === 1 ? '-' : '--'}${name}`
    return (Array.isArray(value) ? (value as readonly Value[]) : [value as Value]).map((one) => `${flag}=${one ?? ''}`)
  })
}

/** The whole command line as k3s reads it. */
export function withConfig(argv: readonly string[], config: readonly string[]): readonly string[] {
  const start = argv.findIndex((word) => commands.includes(word))
  return start < 0 ? argv : [...argv.slice(0, start + 1), ...config, ...argv.slice(start + 1)]
}

/** Value of a flag as Go reads it: the last one counts; a switch may stand alone, which means true. */
export function flagValue(args: readonly string[], name: string): string | undefined {
  const at = args.findLastIndex((word) => /^--?([^=]+)/.exec(word)?.[1] === name)
  const [word = '', next] = args.slice(at < 0 ? args.length : at)
  if (word.includes('=')) return word.slice(word.indexOf('=') + 1)
  if (word === '') return undefined
  return next === undefined || next.startsWith('-') ? 'true' : next
}

/** Whether a switch is on. A word after a switch is not its value. */
export function isOn(args: readonly string[], name: string): boolean {
  const words = args.filter((word) => word === `--${name}` || word.startsWith(`--${name}=`))
  const value = words.at(-1)?.split('=')[1] ?? (words.length > 0 ? 'true' : 'false')
  return ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value)
}

/** What k3s writes into the annotation k3s.io/node-args: `--a=b` as two words, secrets left out. */
export function nodeArgs(args: readonly string[]): readonly string[] {
  const words = args.flatMap((word) => {
    const at = word.indexOf('=')
    return word.startsWith('--') && at > 0 ? [word.slice(0, at), word.slice(at + 1)] : [word]
  })
  return words.map((word, index) => (secrets.includes(words[index - 1] ?? '') ? omitted : word))
}

/** What k3s writes into the annotation k3s.io/node-env. */
export function nodeEnv(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const own = Object.entries(env).filter(([name]) => name.startsWith('K3S_'))
  own.sort(([a], [b]) => (a < b ? -1 : 1))
  const isSecret = (name: string): boolean =>
    ['K3S_TOKEN', 'K3S_AGENT_TOKEN', 'K3S_DATASTORE_ENDPOINT', 'K3S_CLUSTER_SECRET'].includes(name)
  return Object.fromEntries(own.map(([name, value]) => [name, isSecret(name) ? omitted : (value ?? '')]))
}
