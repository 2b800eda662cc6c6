import { describe, expect, test } from 'vitest'
import { kindNodes } from '../../lab/docker.ts'
import { changeNodes, run as docker } from '../../lab/fault.ts'
import { waitReady } from '../../lab/nodes.ts'
import { placeOf } from '../../lab/place.ts'
import { expectSameImages } from './inventory.ts'
import { apiDown, asReader, hubCache, keepPodsAway, policyWords, refusePods, spoiltStorage } from './probe-hands.ts'
import { outcome, probe, reasons, told } from './probed.ts'

/** What keeps pods away, or a push, on a healthy kind cluster: each has its own answer. */
export function obstacles(cluster: string): void {
  describe('what is in the way of a probe', () => {
    test('nodes that are tainted or cordoned are probed all the same', async () => {
      const undo = await keepPodsAway(cluster)
      try {
        const { run, nodes } = await probe(cluster)
        expect(outcome(nodes), run.stdout).toBe('pass')
        expect(run.exitCode).toBe(0)
      } finally {
        await undo()
      }
    })

    test('a policy that takes no pod of it: its words, exit 3', async () => {
      const undo = await refusePods(cluster)
      try {
        const { run, report, nodes } = await probe(cluster)
        expect(outcome(nodes), run.stdout).toBe('blocked')
        for (const reason of reasons(nodes)) expect(reason).toContain(policyWords)
        expect(report).toMatchObject({ exitCode: 3, status: 'incomplete', findings: [], error: { code: 'kube-forbidden' } })
        expect(run.exitCode).toBe(3)
      } finally {
        await undo()
      }
      await expectSameImages(cluster)
    })

    test('a user who may only read: what the API says, exit 3', async () => {
      const { run, report, nodes } = await asReader(cluster, (kubeconfig) => probe(cluster, '--kubeconfig', kubeconfig))
      expect(outcome(nodes), run.stdout).toBe('blocked')
      expect(reasons(nodes)).toEqual([expect.stringMatching(/lab-reader" cannot create resource "namespaces"/)])
      expect(report).toMatchObject({ exitCode: 3, findings: [], error: { code: 'kube-forbidden' } })
      expect(run.exitCode).toBe(3)
    })

    test('a registry that cannot write: a finding of the push, exit 1', async () => {
      const undo = await spoiltStorage(cluster)
      try {
        const { registry } = await placeOf(cluster)
        const { run, report, push, nodes } = await probe(cluster)
        expect(told(push), run.stdout).toEqual([`${registry.container} fail${' push'.repeat(2)}`])
        expect(outcome(nodes)).toBe('blocked')
        expect(report.rootCauses.map((one) => one.code)).toEqual(['registry-server-error'])
        expect(run.exitCode).toBe(1)
      } finally {
        await undo()
      }
    })

    test('a pull-through cache beside the registry is left aside, with the reason', async () => {
      const undo = await hubCache(cluster)
      try {
        const { run, push, nodes } = await probe(cluster)
        expect(new Set(told(push)), run.stdout).toEqual(new Set(['hub-cache skip', 'kind-registry pass']))
        expect(reasons(push)).toContainEqual(expect.stringContaining('a pull-through cache, to which nothing is pushed'))
        expect(outcome(nodes)).toBe('pass')
        expect(run.exitCode).toBe(0)
      } finally {
        await undo()
      }
    })

    test('an API that is down: nodes still pull through their CRI, and pods are out of question', async () => {
      const undo = await apiDown(cluster)
      try {
        const [byCri, byPods] = await Promise.all([probe(cluster, '--probe=cri'), probe(cluster)])
        expect(outcome(byCri.nodes), byCri.run.stdout).toBe('pass')
        expect(outcome(byPods.nodes), byPods.run.stdout).toBe('blocked')
        expect([byCri.run.exitCode, byPods.run.exitCode]).toEqual([3, 3])
      } finally {
        await undo()
      }
      await expectSameImages(cluster)
    })
  })
}

/** What does not answer is waited for, and not for long. They wait more than they work: at once, they take half the time. */
export function silences(kind: string, k3d: string): void {
  describe.concurrent('what does not answer', () => {
    test('a registry that hangs: the push fails, and that it hangs is the cause', async () => {
      const { registry } = await placeOf(k3d)
      await docker('pause', registry.container)
      try {
        const { run, report, push, nodes } = await probe(k3d)
        expect(told(push), run.stdout).toEqual([`${registry.container} blocked push`])
        expect(outcome(nodes)).toBe('blocked')
        expect(report.rootCauses.map((one) => one.code)).toEqual(['registry-hanging'])
        expect(run.exitCode).toBe(1)
      } finally {
        await docker('unpause', registry.container)
      }
    })

    test('a kubelet that is stopped: its node could not be judged, the others pass', async () => {
      const node = `${kind}-worker2`
      const undo = await changeNodes([node], 'systemctl stop kubelet', 'systemctl start kubelet')
      try {
        const { run, report, nodes } = await probe(kind)
        expect(report.error?.code, run.stdout).toBe('kubelet-not-responding')
        expect(told(nodes), run.stdout).toEqual([`${kind}-control-plane pass`, `${kind}-worker pass`, `${node} blocked`])
        expect(nodes.at(-1)!.reason).toContain(`the kubelet of ${node} did not begin with the pod`)
        expect(run.exitCode).toBe(3)
      } finally {
        await undo()
      }
      expect(await waitReady(await kindNodes(kind), 60_000, '/dev/null')).toBe(true)
    })
  })
}
