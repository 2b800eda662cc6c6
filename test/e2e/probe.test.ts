import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Undo } from '../../lab/fault.ts'
import { upK3d, upKind } from '../../lab/index.ts'
import { setUps } from '../../lab/set-ups.ts'
import { examine } from './doctor.ts'
import { heldBefore, heldInTheEnd, noteBefore } from './inventory.ts'
import { k3dClusterName } from './k3d-suite.ts'
import { clusterName } from './kind-suite.ts'
import { pullUsersImages, runOnAll } from './probe-hands.ts'
import { obstacles, silences } from './probe-obstacles.ts'
import { endings, healthy, type ProbedCluster } from './probe-suite.ts'
import { outcome, probeOf } from './probed.ts'

const kind: ProbedCluster = { cluster: clusterName('2.1.4'), size: 3, hosts: ['localhost:5001', 'kind-registry:5000'] }
const k3d: ProbedCluster = { cluster: k3dClusterName('2.1.5-k3s1'), size: 2, hosts: ['k3d-dev-reg:5000'] }
/** It uses the same registry. */
const other = k3dClusterName('1.7.23-k3s2')
const byBothNames = setUps.find((one) => one.name === 'a hosts.toml for the name of the container too')!

describe('check --probe', () => {
  const undos: Undo[] = []
  beforeAll(async () => {
    await upKind({ name: kind.cluster, workers: 2, containerd: '2.1.4' })
    await upK3d({ name: k3d.cluster, agents: 1, containerd: '2.1.5-k3s1' })
    await upK3d({ name: other, agents: 1, containerd: '1.7.23-k3s2' })
    undos.push(await byBothNames.make({ name: kind.cluster }))
    for (const { cluster } of [kind, k3d]) {
      undos.push(await pullUsersImages(cluster))
      // The first pod of a node unpacks the image of its sandbox.
      await runOnAll(cluster)
      await noteBefore(cluster)
    }
  })
  afterAll(async () => {
    for (const undo of undos.toReversed()) await undo()
  })

  healthy(kind)
  obstacles(kind.cluster)
  silences(kind.cluster, k3d.cluster)
  healthy(k3d)
  endings(k3d.cluster)

  test('two clusters with one registry', async () => {
    const { run, report } = await examine('--cluster', k3d.cluster, '--cluster', other, '--probe')
    const { push, nodes } = probeOf(report)
    expect([outcome(push), outcome(nodes)], run.stdout).toEqual(['pass', 'pass'])
    expect([push.length, nodes.length]).toEqual([2, 4])
    expect(run.exitCode).toBe(0)
  })

  test.each([kind, k3d])('after all of them, nothing of a probe is left, and nothing of others is gone: $cluster', async ({ cluster }) => {
    expect(await heldInTheEnd(cluster)).toEqual(heldBefore(cluster))
  })
})
