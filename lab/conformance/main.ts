/**
 * `npm run conformance [-- --version V|today ...] [--record] [--draw]`: what containerd really asks and says when it pulls, held
 * to the model's plan. `--record` keeps the results as fixtures and writes docs/conformance.md; `--draw` draws the rows anew,
 * where their axes have changed.
 */
import { parseArgs } from 'node:util'
import { stopEverything } from '../run.ts'
import { StepError } from '../steps.ts'
import { comparisonOf, print } from './pull/report.ts'
import { holds } from './pull/compare.ts'
import { containerdBinary } from './pull/binary.ts'
import { writeDocs } from './pull/docs.ts'
import { recordedResults, recordedVersions, writeResults } from './pull/recorded.ts'
import { writeRows } from './pull/rows.ts'
import { runRows } from './pull/run-rows.ts'
import { versionOfDay, versions } from './pull/versions.ts'

const { values } = parseArgs({
  options: { version: { type: 'string', multiple: true, short: 'v' }, record: { type: 'boolean' }, draw: { type: 'boolean' } },
})
const wanted = (values.version ?? versions).map((one) => (one === 'today' ? versionOfDay(new Date()) : one))

/** Gives whether every version did what was planned. */
async function execute(): Promise<boolean> {
  if (values.draw) writeRows()
  const results = new Map(recordedVersions().map((version) => [version, recordedResults(version)]))
  let good = true
  for (const version of wanted) {
    const live = await runRows(version, await containerdBinary(version))
    results.set(version, live)
    const comparison = comparisonOf(version, live)
    print(version, comparison)
    good &&= holds(comparison)
  }
  if (values.record) {
    writeResults(new Map(versions.flatMap((version) => (results.has(version) ? [[version, results.get(version)!]] : []))))
    writeDocs()
  }
  return good
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => void stopEverything().finally(() => process.exit(code)))
}

const unknown = wanted.find((one) => !versions.some((version) => version === one))
if (unknown !== undefined) {
  process.stderr.write(`conformance: unknown version '${unknown}'; known: ${versions.join(', ')}, today\n`)
  process.exitCode = 2
} else {
  try {
    process.exitCode = (await execute()) ? 0 : 1
  } catch (error) {
    process.stderr.write(`conformance: ${error instanceof Error ? error.message : String(error)}\n`)
    if (error instanceof StepError) process.stderr.write(`${error.tail}\n`)
    process.exitCode = 1
  }
}
