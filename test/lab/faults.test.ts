import { describe, expect, it } from 'vitest'
import { faults } from '../../lab/faults.ts'
import { containerdVersions } from '../../lab/index.ts'
import { setUps } from '../../lab/set-ups.ts'
import { isCode } from '../../src/model/codes.ts'
import { besideCoreSet, coreSet, leftOutOfCoreSet } from '../e2e/core-set.ts'

describe('what the lab makes on clusters', () => {
  const names = [...faults, ...setUps].map((one) => one.name)

  it('goes by names that are its own', () => {
    expect(new Set(names).size).toBe(names.length)
    for (const { name } of faults) expect(name, 'also the name of a folder').toMatch(/^[a-z][a-z-]+$/)
  })

  it('is expected to be told by codes that exist', () => {
    const codes = faults.flatMap((one) => [
      ...one.causes.map((cause) => cause.code),
      ...one.explains,
      ...containerdVersions.flatMap(({ version }) => one.explainsOn?.(version) ?? []),
    ])
    expect(codes.filter((code) => !isCode(code))).toEqual([])
  })

  it('fails pods by causes of its own', () => {
    for (const { name, causes, pods = [] } of faults) {
      const codes = causes.map((one) => one.code)
      expect(
        pods.filter((one) => !codes.includes(one.cause)),
        name,
      ).toEqual([])
    }
  })

  it('is in the core set or beside it, and what is left out exists', () => {
    expect(leftOutOfCoreSet.filter((name) => !names.includes(name))).toEqual([])
    const made = [coreSet, besideCoreSet].flatMap((set) => [...set.faults, ...set.setUps])
    expect(made.map((one) => one.name).sort()).toEqual(names.toSorted())
  })
})
