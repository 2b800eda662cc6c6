import { checks } from '../checks/index.ts'
import type { AnyCheck } from '../checks/define-check.ts'
import { UnknownNameError } from '../discover/options.ts'
import { probeChecks } from '../effects/probe/checks.ts'
import { UsageError } from './usage-error.ts'

/**
 * The checks that were asked for. An id is `group/name`, or a group.
 * @throws UnknownNameError, UsageError
 */
export function selectChecks(only: readonly string[], without: readonly string[]): AnyCheck[] {
  const groups = [...new Set(checks.map((one) => one.id.split('/')[0]!))]
  const known = [...checks.map((one) => one.id), ...groups]
  const ofProbe = [...only, ...without].find((id) => id === 'probe' || probeChecks.some((one) => one.id === id))
  if (ofProbe !== undefined) throw new UsageError(`${ofProbe} belongs to --probe, and is run where that is given`)
  for (const id of [...only, ...without])
    if (!known.includes(id))
      throw new UnknownNameError(
        'check',
        id,
        checks.map((one) => one.id),
      )
  const named = (check: AnyCheck, ids: readonly string[]): boolean => ids.includes(check.id) || ids.includes(check.id.split('/')[0]!)
  return checks.filter((check) => (only.length === 0 || named(check, only)) && !named(check, without))
}
