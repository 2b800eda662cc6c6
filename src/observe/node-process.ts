import type { NodeCommand } from '../model/node-shell.ts'
import { ObservationFailure, type CommandOutcome } from '../model/observation.ts'
import type { DockerReadPort } from '../ports/docker.ts'
import { containerdRuntime, containerdTrace, timedOutExitCode } from './commands.ts'
import { withoutOwnHeaders } from './dump-headers.ts'
import { defineObservation } from './observe.ts'

/** What decides how a Go program connects; nothing else of the environment is kept. */
const connectionVariables = /^(?:https?_proxy|no_proxy|all_proxy|godebug|ssl_cert_(?:file|dir))$/i

export async function runInNode(docker: DockerReadPort, node: string, command: NodeCommand): Promise<CommandOutcome> {
  const started = performance.now()
  const outcome = await docker.exec(node, command.argv, (command.limitSeconds + 5) * 1000)
  return { ...outcome, timedOut: outcome.exitCode === timedOutExitCode, ms: Math.round(performance.now() - started) }
}

export const nodeRuntime = defineObservation('node.runtime', async ({ docker }, { node }) => {
  const { stdout, stderr, exitCode, timedOut } = await runInNode(docker, node, containerdRuntime)
  const [version = '', args = '', environ = '', cri = '', age = ''] = stdout.split(/^--- (?:args|environ|cri|age)\n/m)
  if (timedOut || !version.trim())
    throw new ObservationFailure(
      'node.runtime',
      timedOut ? 'timeout' : 'unreadable',
      `containerd of ${node} did not tell its version: ${stderr.trim() || `exit ${exitCode}`}`,
    )
  const environment = environ
    .split('\n')
    .map((line) => [line.split('=', 1)[0]!, line.slice(line.indexOf('=') + 1)] as const)
    .filter(([name]) => connectionVariables.test(name))
  const ageSeconds = Number.parseInt(age, 10)
  const criExit = /^exit (\d+)$/m.exec(cri)?.[1]
  return {
    version: version.trim(),
    args: args.split('\n').filter(Boolean),
    environment: Object.fromEntries(environment),
    ...(Number.isFinite(ageSeconds) && { ageSeconds }),
    ...(criExit !== undefined && { cri: { exitCode: Number(criExit), stderr: cri.replace(/^exit \d+\n?/m, '').trim() } }),
  }
})

export const nodeTrace = defineObservation('node.trace', async ({ docker }, { node, ...query }) => {
  const outcome = await runInNode(docker, node, containerdTrace(query))
  // Values of headers are taken out, lines are not: the times stay those of the lines.
  return { ...outcome, stderr: withoutOwnHeaders(outcome.stderr) }
})
