import { parseBundle } from '../../bundle/bundle.ts'
import { checks } from '../../checks/index.ts'
import { UnknownNameError } from '../../discover/options.ts'
import { listIncidents } from '../../ports/incidents.ts'
import type { SharedOptions } from '../options.ts'
import { checkTargets, writeReport } from '../output.ts'
import { examineBundle } from './check.ts'

/** The incident with which this tool began: kind pods refused on `[::1]:5001`. */
const firstIncident = 'config-path-missing'

/** Replays a recorded real incident: no Docker needed. The exit code is 0: it did what was asked; the report says what `check` would return. */
export async function demo(
  name: string | undefined,
  options: Pick<SharedOptions, 'output' | 'color' | 'quiet' | 'verbose'>,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  checkTargets(options.output)
  const incidents = listIncidents()
  const incident = incidents.find((one) => one.name === (name ?? firstIncident))
  if (!incident)
    throw new UnknownNameError(
      'incident',
      name ?? firstIncident,
      incidents.map((one) => one.name),
    )
  const report = await examineBundle(parseBundle(incident.bundle()), { cluster: [], failOn: 'error' }, checks)
  const onTerminal = options.output.length === 0 || options.output.some((one) => one.format === 'terminal' && one.file === undefined)
  if (onTerminal && !options.quiet) process.stderr.write(`A recorded incident: ${incident.title}.\n\n`)
  await writeReport(report, options.output, options, env)
  return 0
}
