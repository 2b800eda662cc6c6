import { ObservationFailure, type CommandOutcome } from '../model/observation.ts'
import { buildHistory, builtManifest } from './commands.ts'
import { runInNode } from './node-process.ts'
import { defineObservation } from './observe.ts'

export const builderHistory = defineObservation('builder.history', async ({ docker }, { container }) => {
  const outcome = await runInNode(docker, container, buildHistory)
  if (outcome.exitCode !== 0) throw unreadable('builder.history', outcome)
  return { records: outcome.stdout.split('\n').filter((line) => line !== '') }
})

export const builderManifest = defineObservation('builder.manifest', async ({ docker }, { container, digest }) => {
  const outcome = await runInNode(docker, container, builtManifest(digest))
  if (outcome.exitCode !== 0 && /NotFound/.test(outcome.stderr)) return { absent: true }
  if (outcome.exitCode !== 0) throw unreadable('builder.manifest', outcome)
  return { text: outcome.stdout }
})

function unreadable(kind: string, { stdout, stderr, exitCode, timedOut }: CommandOutcome): ObservationFailure {
  if (timedOut) return new ObservationFailure(kind, 'timeout', 'it does not tell what it has built: no answer within the time limit')
  return new ObservationFailure(kind, 'unreadable', `it does not tell what it has built: ${whyNot(`${stdout}\n${stderr}`, exitCode)}`)
}

function whyNot(printed: string, exitCode: number): string {
  // What urfave/cli says of a command that there is not: BuildKit v0.11 has a history, and no `buildctl debug histories`.
  if (/No help topic/.test(printed)) return 'its BuildKit is older than 0.12'
  if (exitCode === 126 || exitCode === 127) return 'it has no buildctl that can be run'
  return printed.trim().split('\n').at(-1) || `exit ${exitCode}`
}
