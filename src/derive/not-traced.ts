import { ObservationFailure, type CommandOutcome } from '../model/observation.ts'

/** containerd's client did not even make a request: that says nothing of the registry. */
export function notTraced(node: string, { exitCode, timedOut, stdout, stderr }: CommandOutcome): ObservationFailure {
  const said = (stderr.trim() || stdout.trim()).split('\n').at(-1) ?? ''
  const why = timedOut ? 'no output within the time limit' : said || `exit code ${exitCode}`
  return new ObservationFailure(
    'node.trace',
    timedOut ? 'timeout' : 'unreadable',
    `containerd's client ctr could not be run on ${node}: ${why}`,
  )
}
