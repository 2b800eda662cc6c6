import { beforeAll, describe, expect, test } from 'vitest'
import { upKind } from '../../lab/index.ts'
import { startRefusing } from '../../lab/registry-stand-in.ts'
import { expectNoImageOfProbes } from './inventory.ts'
import { clusterName } from './kind-suite.ts'
import { outcome, probe, told } from './probed.ts'

const name = clusterName('2.1.4')

describe('something before the registry takes a probe from this machine, and does not hand it out to nodes', () => {
  beforeAll(() => upKind({ name, workers: 2, containerd: '2.1.4' }))

  test.each([
    ['no manifest', ['403', 'containerd/'], 'manifest', 'registry-forbids'],
    ['nothing of blobs', ['cut', 'containerd/'], 'blob', 'in-cluster-pull-failed'],
  ])('%s: one cause, on every node', async (_what, words, hop, code) => {
    const undo = await startRefusing({ name, containerd: '2.1.4' }, words)
    try {
      const { run, report, push, nodes } = await probe(name)
      expect(outcome(push), run.stdout).toBe('pass')
      expect(told(nodes), run.stdout).toEqual(['control-plane', 'worker', 'worker2'].map((node) => `${name}-${node} fail ${hop}`))
      expect(
        report.rootCauses.map((one) => one.code),
        run.stdout,
      ).toEqual([code])
      expect(run.exitCode).toBe(1)
      await expectNoImageOfProbes(name)
    } finally {
      await undo()
    }
  })
})
