import { Argument, Command, CommanderError, Option } from 'commander'
import { nearest } from '../model/near-name.ts'
import { tool } from '../model/tool.ts'
import { planReporters, traceReporters } from '../reporters/index.ts'
import { fixReporters } from '../reporters/fix-reporters.ts'
import { lintReporters } from '../reporters/lint-reporters.ts'
import type { CheckArguments } from './commands/check.ts'
import type { ExplainArguments } from './commands/explain.ts'
import type { FixArguments } from './commands/fix.ts'
import type { LintArguments } from './commands/lint.ts'
import type { RenderArguments } from './commands/render.ts'
import type { SetupArguments } from './commands/setup.ts'
import type { TraceArguments } from './commands/trace.ts'
import { tellFault } from './fault.ts'
import { writeOut } from './output.ts'
import {
  addClusterOptions,
  addOutputOptions,
  addSharedOptions,
  failOnOption,
  parseDuration,
  parseProbe,
  probeTimeoutMs,
  parsePort,
  repairTimeoutMs,
  repeated,
  setupTimeoutMs,
  type SharedOptions,
} from './options.ts'
import { UsageError, usageOf } from './usage-error.ts'

/** Runs the command line. Returns the exit code; everything that goes wrong ends as one line. */
export async function run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  let exitCode = 0
  const done = (code: number): void => void (exitCode = code)
  try {
    await createProgram(env, done).parseAsync([...argv], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    if (error instanceof CommanderError) return refuse(error.message.replace(/^error: /, ''), 'usage', argv)
    const usage = usageOf(error)
    if (usage) return refuse(usage.message, usage.code, argv)
    tellFault(error)
    return 3
  }
}

/** One line on standard error, and a document where one was asked for on standard output. */
async function refuse(message: string, code: string, argv: readonly string[]): Promise<number> {
  const line = message.replace(/\s*\n\s*/g, ' ').trim()
  process.stderr.write(`registry-doctor: ${line}\n`)
  const wantsJson = argv.some(
    (arg, index) => /^(?:-o=?json|--output=json)$/.test(arg) || (/^(?:-o|--output)$/.test(arg) && argv[index + 1] === 'json'),
  )
  if (wantsJson) {
    const facts = { startedAt: new Date().toISOString(), durationMs: 0, mode: 'live' as const }
    const error = { code, message: line }
    const document =
      argv[0] === 'explain'
        ? (await import('../engine/plan-document.ts')).planError(facts, 2, error)
        : argv[0] === 'lint'
          ? (await import('../lint/report.ts')).lintError(facts, 2, error)
          : argv[0] === 'trace'
            ? (await import('../engine/trace/document.ts')).traceError(facts, 2, error)
            : argv[0] === 'fix' || argv[0] === 'setup'
              ? (await import('./fix-error.ts')).fixError(argv[0], facts.startedAt, 2, error)
              : (await import('../engine/report.ts')).errorReport(facts, 2, error)
    await writeOut(`${JSON.stringify(document, null, 2)}\n`)
  }
  return 2
}

function createProgram(env: NodeJS.ProcessEnv, done: (exitCode: number) => void): Command {
  const asPlugin = /(?:^|[/\\])kubectl-/.test(process.argv[1] ?? '')
  const program: Command = new Command(asPlugin ? 'kubectl registry-doctor' : 'registry-doctor')
    .description('Finds out why pods on a local kind or k3d cluster cannot pull from the local registry.')
    .version(tool.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .showSuggestionAfterError()
    .addHelpText('after', () => `\nOptions of check:\n${optionsOf(program.commands[0]!)}`)
    .addHelpText('after', 'Exit codes: 0 healthy or only warnings, 1 a finding, 2 wrong usage, 3 could not judge, 130/143 interrupted')

  const command = (name: string, description: string): Command => program.command(name).description(description)

  addOutputOptions(
    addSharedOptions(
      program.command('check', { isDefault: true }).description('examine clusters and their registries (also what no command means)'),
    ),
  )
    .argument('[target]', 'only pod/NAME, or the pods of deploy/NAME (sts, ds, rs and job likewise)')
    .option('-n, --namespace <name>', 'only pods of this namespace; default: all')
    .option('--from <bundle>', 'judge a saved bundle instead of live clusters')
    .addOption(probeOption('prove it', '; the default of --timeout is then 2m'))
    .addOption(
      new Option(
        '--wait <duration>',
        'examine again until healthy, for at most this long, and report the last state (--timeout is for each time that it is examined)',
      ).argParser(parseDuration),
    )
    .action(async (word: string | undefined, given: CheckArguments, parsed: Command) => {
      // A node that does not stir has its time, and what was made is taken away after that.
      const isDefault = parsed.getOptionValueSource('timeout') === 'default'
      const options = given.probe !== undefined && isDefault ? { ...given, timeout: probeTimeoutMs } : given
      if (word !== undefined && !word.includes('/')) throw unknownCommand(word, program)
      const [{ check }, { parseTarget }] = await Promise.all([import('./commands/check.ts'), import('./parse-target.ts')])
      done(await check({ ...options, ...(word !== undefined && { target: parseTarget(word) }) }, env))
    })

  addOutputOptions(
    addClusterOptions(command('explain', 'what comes of pulling an image on each node, and the error to expect')),
    'terminal',
    planReporters,
  )
    .argument('[image]', 'as a pod names it')
    .option('--pod <name>', 'the images of this pod on its node, instead of an image')
    .option('-n, --namespace <name>', "the pod's namespace; default: all")
    .option('--from <bundle>', 'go by a saved bundle instead of live clusters')
    .option('--certs-d <dir>', 'go by files alone: the directory of hosts.toml files')
    .option('--config-toml <file>', "containerd's configuration that goes with --certs-d; its folder stands for /etc/containerd")
    .option('--containerd-version <version>', 'the containerd that reads these files')
    .action(async (image: string | undefined, options: ExplainArguments) => {
      const { explain } = await import('./commands/explain.ts')
      done(await explain(image, options, env))
    })

  addOutputOptions(
    addClusterOptions(command('trace', 'why a change is not running: an image from the engine to the pods, and where it first is another')),
    'terminal',
    traceReporters,
  )
    .argument('[image]', 'as a pod names it, or as it is pushed')
    .option('--pod <name>', 'the images of this pod on its node, instead of an image')
    .option('-n, --namespace <name>', "the pod's namespace; default: all")
    .option('--registry-url <url>', "where this machine reaches the image's registry, as in a devcontainer")
    .option('--from <bundle>', 'go by a saved bundle instead of live clusters')
    .action(async (image: string | undefined, options: TraceArguments) => {
      const { trace } = await import('./commands/trace.ts')
      done(await trace(image, options, env))
    })

  addOutputOptions(
    addSharedOptions(command('fix', 'repair what is wrong: shows each change, asks, keeps what was there, looks afresh'), repairTimeoutMs),
    'terminal',
    fixReporters,
  )
    .argument('[target]', 'only what keeps pod/NAME, or the pods of deploy/NAME (sts, ds, rs and job likewise), from its image')
    .option('-n, --namespace <name>', 'only pods of this namespace; default: all')
    .option('-y, --yes', 'make the changes without asking; without a terminal and without this they are only shown')
    .option('--dry-run', 'only show what would be changed')
    .addOption(allowOption())
    .addOption(new Option('--code <code>', 'only root causes with this code (repeatable)').argParser(repeated).default([], 'all'))
    .addOption(probeOption('prove it afterwards'))
    .option('--kick-pods', 'afterwards delete pods that only wait for their next try, where an owner makes them anew')
    .option('--undo [id]', 'take back what a run of fix or setup changed; default: the newest that is not taken back')
    .option('--history', 'list the runs of fix and setup that are kept')
    .action(async (word: string | undefined, options: FixArguments) => {
      const [{ fix }, { parseTarget }] = await Promise.all([import('./commands/fix.ts'), import('./parse-target.ts')])
      done(await fix({ ...options, ...(word !== undefined && { target: parseTarget(word) }) }, env))
    })

  addOutputOptions(
    addSharedOptions(
      command('setup', 'a local registry and what leads clusters to it, from nothing, and again without a change'),
      setupTimeoutMs,
    ),
    'terminal',
    fixReporters,
  )
    .addOption(
      new Option('--create-cluster <provider>', 'make the cluster too, by the command line of kind or k3d').choices(['kind', 'k3d']),
    )
    .option('--config <file>', "the cluster's configuration, to which what it lacks is added")
    .option(
      '--registry-name <name>',
      "name of the registry's container; default: that which the clusters use, else kind-registry or k3d-registry",
    )
    .addOption(
      new Option('--port <number>', 'the port of this machine for pushes; default: 5001, or the next that is free').argParser(parsePort),
    )
    .option('--tls', 'the registry speaks HTTPS, with a development authority that is made here and that nodes are told to trust')
    .option('--dry-run', 'only show what would be changed')
    .addOption(allowOption())
    .action(async (options: SetupArguments) => {
      const { setup } = await import('./commands/setup.ts')
      done(await setup(options, env))
    })

  addOutputOptions(command('lint', 'what will go wrong with files, before a cluster exists'), 'terminal', lintReporters)
    .argument('<file...>', 'kind or k3d configuration, registries.yaml, hosts.toml, config.toml; - is standard input')
    .option('--containerd-version <version>', 'the containerd of the nodes; default: those that are usual')
    .option('--k3s-version <version>', 'the k3s of the nodes; default: that of the image in the file, else the newest')
    .addOption(failOnOption())
    .action(async (files: string[], options: LintArguments) => {
      const { lint } = await import('./commands/lint.ts')
      done(await lint(files, options, env))
    })

  command('render', 'the hosts.toml files that k3s writes from a registries.yaml')
    .argument('<file>', 'registries.yaml; - is standard input')
    .option('--disable-default-registry-endpoint', 'k3s is started with this flag')
    .option('--embedded-registry', 'k3s is started with this flag')
    .option('--k3s-version <version>', 'the k3s that writes them, as v1.34.1+k3s1; default: the newest that is known')
    .option('--out-dir <dir>', 'write them into this folder, which has nothing else, instead of showing them')
    .action(async (file: string, options: RenderArguments) => {
      const { render } = await import('./commands/render.ts')
      done(await render(file, options))
    })

  addOutputOptions(addSharedOptions(command('collect', 'save a redacted bundle of what a check looks at')), 'none')
    .argument('<file>', 'where to (a name that ends in .gz is compressed)')
    .action(async (file: string, options: SharedOptions) => {
      const { collect } = await import('./commands/collect.ts')
      done(await collect(file, options, env))
    })

  addOutputOptions(command('demo', 'replay a recorded real incident; needs no Docker'))
    .argument('[incident]', 'which (see: list incidents)')
    .action(async (incident: string | undefined, options: SharedOptions) => {
      const { demo } = await import('./commands/demo.ts')
      done(await demo(incident, options, env))
    })

  command('list', 'print what there is of checks, codes, reporters or incidents')
    .addArgument(new Argument('<what>').choices(['checks', 'codes', 'reporters', 'incidents']))
    .addOption(new Option('-o, --output <format>', 'terminal or json').choices(['terminal', 'json']).default('terminal'))
    .action(async (what: 'checks' | 'codes' | 'reporters' | 'incidents', options: { output: string }) => {
      const { list } = await import('./commands/list.ts')
      done(await list(what, options.output === 'json'))
    })

  for (const one of program.commands) one.exitOverride().configureOutput({ writeErr: () => undefined })
  return program
}

const probeOption = (when: string, more = ''): Option =>
  new Option(
    '--probe [how]',
    `${when}: push a tiny image, run it in a pod on every node, take all away again; cri: only pull, through the nodes, where the API is down (pods or cri; default where it is given: pods)${more}`,
  )
    .argParser(parseProbe)
    .preset('pods')

const allowOption = (): Option =>
  new Option('--allow <risk>', 'also what is disruptive (a restart that running pods survive), or destructive (something is lost)')
    .choices(['safe', 'disruptive', 'destructive'])
    .default('safe')

/** The options of a command as its own help shows them: without a command, they are the ones that are meant. */
const optionsOf = (command: Command): string => command.helpInformation().replace(/^[\s\S]*?\nOptions:\n/, '')

function unknownCommand(word: string, program: Command): UsageError {
  const names = program.commands.map((one) => one.name())
  const near = nearest(word, names)
  return new UsageError(`there is no command "${word}"${near ? `; did you mean "${near}"?` : `: there are ${names.join(', ')}`}`)
}
