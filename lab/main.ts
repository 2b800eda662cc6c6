/** Command line of the lab. Progress goes to stderr; exit codes: 0 done, 1 a step failed, 2 wrong usage. */
import { type Command, type DownArgs, parseCommand, usage } from './args.ts'
import { build } from './build.ts'
import { engineAnswers } from './docker.ts'
import { downLocked, removeRegistries } from './down.ts'
import { stopEngine } from './engine.ts'
import { upK3dLocked } from './k3d.ts'
import { upKindLocked } from './kind.ts'
import { withLock } from './lock.ts'
import { findProgram } from './packages.ts'
import { stopEverything } from './run.ts'
import { status } from './status.ts'
import { progress, StepError } from './steps.ts'
import { UsageError } from './versions.ts'

async function takeDown(what: DownArgs): Promise<void> {
  if (what.name !== undefined) await downLocked(what.name, what)
  else if (what.registry && findProgram('docker') && (await engineAnswers())) await removeRegistries()
  if (what.engine) progress('engine', (await stopEngine()) ? 'stopped' : 'not started by the lab, left alone')
}

async function execute(command: Command): Promise<void> {
  switch (command.command) {
    case 'help':
      process.stdout.write(usage)
      return
    case 'status':
      process.stdout.write(await status())
      return
    case 'build':
      return withLock(() => build(command.options))
    case 'up kind':
      return withLock(() => upKindLocked(command.options))
    case 'up k3d':
      return withLock(() => upK3dLocked(command.options))
    case 'down':
      return withLock(() => takeDown(command.what))
  }
}

/** Prints one clear line, and the end of a failed step's log; gives the exit code. */
function report(error: unknown): number {
  process.stderr.write(`lab: ${error instanceof Error ? error.message : String(error)}\n`)
  if (error instanceof StepError && error.tail !== '') {
    process.stderr.write(`${error.tail.replaceAll(/^/gm, '  | ')}\n`)
  }
  return error instanceof UsageError ? 2 : 1
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => void stopEverything().finally(() => process.exit(code)))
}

// Node ends with 0 when nothing is left to wait for, even if the work is not done: only its end may say 0.
process.exitCode = 1
try {
  await execute(parseCommand(process.argv.slice(2)))
  process.exitCode = 0
} catch (error) {
  const code = report(error)
  await stopEverything()
  process.exit(code)
}
