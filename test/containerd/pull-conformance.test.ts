import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Comparison } from '../../lab/conformance/pull/compare.ts'
import { docsPage } from '../../lab/conformance/pull/docs.ts'
import { recordedResults, recordedVersions } from '../../lab/conformance/pull/recorded.ts'
import { comparisonOf } from '../../lab/conformance/pull/report.ts'
import { drawnRows, writtenRows } from '../../lab/conformance/pull/rows.ts'
import { versionOfDay, versions } from '../../lab/conformance/pull/versions.ts'
import { root } from '../../scripts/root.ts'

describe('the rows', () => {
  it('are those that the seed draws', () => {
    expect(writtenRows()).toEqual(drawnRows())
  })

  it('are results of every version', () => {
    expect(recordedVersions()).toEqual(versions)
  })
})

const compared = new Map<string, Comparison>()
const comparison = (version: string): Comparison => {
  const one = compared.get(version) ?? comparisonOf(version, recordedResults(version))
  compared.set(version, one)
  return one
}

describe.each(versions)('pulling with containerd %s', { timeout: 60_000 }, (version) => {
  it('makes the requests of the plan in its order, and ends with its text', () => {
    const { rows, deviations } = comparison(version)
    expect(rows).toBeGreaterThanOrEqual(150)
    expect(deviations).toEqual([])
  })
})

it('docs/conformance.md is what npm run conformance -- --record writes', async () => {
  expect(await readFile(join(root, 'docs/conformance.md'), 'utf8')).toBe(
    docsPage(versions.map((version) => [version, comparison(version)])),
  )
}, 60_000)

describe('the version of the day', () => {
  const of = (day: number): string => versionOfDay(new Date(Date.UTC(2027, 0, day, 12)))

  it('is another one on each day, until all had their turn', () => {
    expect(versions.map((_, index) => of(index + 1))).toEqual([...versions])
    expect(of(versions.length + 1)).toBe(versions[0])
  })
})
