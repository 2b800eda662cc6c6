import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kubectl } from '../../lab/fault.ts'
import { upKind } from '../../lab/index.ts'
import type { Report } from '../../src/model/report.ts'
import { validateReport } from '../report-contract.ts'
import { doctor, examine } from './doctor.ts'
import { clusterName } from './kind-suite.ts'

const cluster = clusterName('2.1.4')
const image = 'localhost:5001/lab/absent:1'
const causes = (report: Report): string[] => report.rootCauses.map((one) => one.code)

describe('check of one workload', () => {
  let pods: string[] = []
  beforeAll(async () => {
    await upKind({ name: cluster, workers: 2, containerd: '2.1.4' })
    await kubectl(cluster, 'create', 'namespace', 'shop')
    for (const name of ['wants', 'other'])
      await kubectl(cluster, '-n', 'shop', 'create', 'deployment', name, `--image=${image}`, '--replicas=2')
    for (const name of ['wants', 'other']) {
      await kubectl(cluster, '-n', 'shop', 'wait', `deploy/${name}`, '--for=jsonpath={.status.unavailableReplicas}=2', '--timeout=60s')
      await kubectl(
        cluster,
        '-n',
        'shop',
        'wait',
        'pod',
        '-l',
        `app=${name}`,
        '--for=jsonpath={.status.containerStatuses[0].state.waiting.message}',
        '--timeout=60s',
      )
    }
    pods = (await kubectl(cluster, '-n', 'shop', 'get', 'pods', '-l', 'app=wants', '-o=jsonpath={.items[*].metadata.name}'))
      .trim()
      .split(' ')
  })
  afterAll(() => kubectl(cluster, 'delete', 'namespace', 'shop', '--wait=true', '--timeout=60s'))

  test('all of it: the pods of each Deployment are one group under one cause', async () => {
    const { report, run } = await examine('--cluster', cluster)
    validateReport(report)
    expect(causes(report)).toEqual(['image-not-in-registry'])
    expect(report.rootCauses[0]!.symptoms).toHaveLength(4)
    expect(run.stdout).toMatch(/2 pods of deploy\/other in shop: .*\n(?:.*\n)?.*2 pods of deploy\/wants in shop/)
    expect(run.exitCode).toBe(1)
  })

  test('deploy/NAME: its pods and no others', async () => {
    const { report, run } = await examine('deploy/wants', '--cluster', cluster)
    expect(causes(report)).toEqual(['image-not-in-registry'])
    expect(report.symptoms.map((one) => one.pod).toSorted()).toEqual(pods.toSorted())
    expect(new Set(report.symptoms.map((one) => one.owner))).toEqual(new Set(['deploy/wants']))
    expect(run.exitCode).toBe(1)
  })

  test('pod/NAME: only that, on its node', async () => {
    const { report } = await examine('check', `pod/${pods[0]}`, '--cluster', cluster)
    expect(report.symptoms.map((one) => one.pod)).toEqual([pods[0]])
    expect(report.clusters[0]!.nodes.map((one) => one.name)).toEqual([report.symptoms[0]!.node])
    expect(report.exitCode).toBe(1)
  })

  test('a pod that runs: healthy', async () => {
    const { report } = await examine('check', `pod/etcd-${cluster}-control-plane`, '--cluster', cluster)
    expect(report).toMatchObject({ exitCode: 0, findings: [], symptoms: [] })
  })

  test('-n: the pods of another namespace are left aside', async () => {
    const { report } = await examine('-n', 'default', '--cluster', cluster)
    expect(report).toMatchObject({ exitCode: 0, findings: [], symptoms: [] })
  })

  test.each([
    ['deploy/wnats', /^registry-doctor: no deployment is named "wnats"; did you mean "wants"\?\n$/],
    ['pod/wants', /^registry-doctor: no pod is named "wants": there are wants-.*, wants-/],
    ['sts/wants', /^registry-doctor: no statefulset is named "wants": there is none\n$/],
    ['widget/wants', /^registry-doctor: "widget\/wants" is nothing to examine: give pod\/NAME, /],
  ])('%s: one line, exit 2', async (target, line) => {
    const run = await doctor(['check', target, '--cluster', cluster])
    expect(run.stderr).toMatch(line)
    expect(run.exitCode).toBe(2)
  })
})
