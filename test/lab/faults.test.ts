import { describe, expect, it } from 'vitest'
import { faults as kindFaults } from '../../lab/faults.ts'
import { k3dFaults } from '../../lab/faults/k3d.ts'
import { containerdVersions, k3sVersions } from '../../lab/versions.ts'
import { setUps as kindSetUps } from '../../lab/set-ups.ts'
import { k3dSetUps } from '../../lab/set-ups/k3d.ts'
import { isCode } from '../../src/model/codes.ts'
import { besideCoreSet, coreSet, leftOutOfCoreSet } from '../e2e/core-set.ts'
import { k3dBesideCoreSet, k3dCoreSet, leftOutOfK3dCoreSet } from '../e2e/k3d-core-set.ts'

describe('what the lab makes on clusters', () => {
  const faults = [...kindFaults, ...k3dFaults]
  const versions = [...containerdVersions.map((one) => one.version), ...k3sVersions.map((one) => one.containerd)]
  const names = [...faults, ...kindSetUps, ...k3dSetUps].map((one) => one.name)

  it('goes by names that are its own', () => {
    expect(new Set(names).size).toBe(names.length)
    for (const { name } of faults) expect(name, 'also the name of a folder').toMatch(/^[a-z][a-z0-9-]+$/)
  })

  it('is expected to be told by codes that exist', () => {
    const codes = faults.flatMap((one) => [
      ...one.causes.map((cause) => cause.code),
      ...one.explains,
      ...versions.flatMap((version) => one.explainsOn?.(version) ?? []),
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
    expect([...leftOutOfCoreSet, ...leftOutOfK3dCoreSet].filter((name) => !names.includes(name))).toEqual([])
    const made = [coreSet, besideCoreSet, k3dCoreSet, k3dBesideCoreSet].flatMap((set) => [...set.faults, ...set.setUps])
    expect(made.map((one) => one.name).sort()).toEqual(names.toSorted())
  })
})
