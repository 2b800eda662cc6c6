import { describe, expect, it } from 'vitest'
import { fingerprint, generatedFiles } from '../../lab/conformance/hosts-toml/generate.ts'
import { libraries } from '../../lab/conformance/hosts-toml/libraries.ts'
import { plannedLine, rulesFor } from '../../lab/conformance/hosts-toml/plan-line.ts'
import { codeOf, codesOf, readRecorded } from '../../lab/conformance/hosts-toml/recorded.ts'

const files = generatedFiles()

describe.each(libraries)('2,000 generated hosts.toml as containerd $containerd reads them with go-toml $goToml', ({ containerd }) => {
  const recorded = readRecorded(containerd)!
  const theirs = codesOf(recorded)
  const ours = files.map((file) => codeOf(plannedLine(file, rulesFor(containerd))))
  const differ = (same: (a: string, b: string) => boolean): number[] =>
    theirs.flatMap((code, index) => (same(code, ours[index]!) ? [] : [index]))

  it('are the files that were recorded', () => {
    expect(fingerprint(files)).toBe(recorded.files)
    expect(theirs).toHaveLength(2000)
  })

  it('are accepted or rejected alike in 99 of 100 cases', () => {
    expect(differ((a, b) => a[0] === b[0]).length).toBeLessThanOrEqual(20)
  })

  it('lead to the same endpoints, but for the files that are listed', () => {
    expect(differ((a, b) => a === b)).toEqual(Object.keys(recorded.deviations).map(Number))
    expect(Object.keys(recorded.deviations).length).toBeLessThanOrEqual(20)
  })
})
