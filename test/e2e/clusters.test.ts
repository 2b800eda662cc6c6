import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { docker, down, upK3d, upKind } from '../../lab/index.ts'
import { detachRegistry } from '../../lab/k3d-changes.ts'
import { validateReport } from '../report-contract.ts'
import { doctor, examine } from './doctor.ts'
import { k3dClusterName } from './k3d-suite.ts'
import { clusterName } from './kind-suite.ts'
import { kubeconfigOf } from './kubeconfig.ts'

const plain = 'e2e-plain'
const withRegistry = clusterName('2.1.4')
const k3d = k3dClusterName('2.1.5-k3s1')

describe('several clusters of one engine', () => {
  beforeAll(async () => {
    await upKind({ name: withRegistry, workers: 2, containerd: '2.1.4' })
    await upKind({ name: plain, registry: false })
    await upK3d({ name: k3d, agents: 1, containerd: '2.1.5-k3s1' })
  })
  afterAll(() => down(plain))

  test('a cluster that uses no local registry is healthy, also where one runs beside it', async () => {
    const { run, report } = await examine('--cluster', plain)
    validateReport(report)
    expect(report).toMatchObject({ exitCode: 0, status: 'healthy', findings: [], registries: [] })
    expect(run.exitCode).toBe(0)
  })

  test('without --cluster all are examined, each with its own registry', async () => {
    const { report } = await examine()
    validateReport(report)
    expect(report.clusters.map((one) => one.name)).toEqual(expect.arrayContaining([plain, withRegistry, k3d]))
    expect(report.registries.map((one) => one.clusters)).not.toContainEqual(expect.arrayContaining([plain]))
    expect(report.registries.map(({ name, clusters }) => ({ name, clusters }))).toEqual(
      expect.arrayContaining([
        { name: 'k3d-dev-reg', clusters: expect.arrayContaining([k3d]) },
        { name: 'kind-registry', clusters: expect.arrayContaining([withRegistry]) },
      ]),
    )
    const ours = (name: string | undefined): boolean => [plain, withRegistry, k3d].includes(name ?? '')
    expect(report.findings.filter(({ subject }) => ours(subject.cluster ?? subject.name))).toEqual([])
  })

  test('kind and k3d side by side: what is wrong with one is told of that one', async () => {
    const undo = await detachRegistry(k3d)
    try {
      const { run, report } = await examine('--cluster', k3d, '--cluster', withRegistry)
      validateReport(report)
      expect(
        report.rootCauses.map(({ code, finding }) => ({ code, of: report.findings.find((one) => one.id === finding)?.subject })),
        run.stdout,
      ).toEqual([{ code: 'registry-not-on-network', of: { kind: 'registry', cluster: k3d, name: 'k3d-dev-reg' } }])
      expect(report.findings.filter(({ subject }) => subject.cluster === withRegistry)).toEqual([])
      expect((await examine('--provider', 'kind', '--cluster', withRegistry)).report.exitCode).toBe(0)
    } finally {
      await undo()
    }
    expect((await examine('--cluster', k3d, '--cluster', withRegistry)).report).toMatchObject({ exitCode: 0, findings: [] })
  })

  test('a context of the right name that leads elsewhere is not used', async () => {
    const config = JSON.parse((await kubeconfigOf(withRegistry)).replaceAll(`kind-${withRegistry}`, `kind-${plain}`)) as object
    const folder = await mkdtemp(`${tmpdir()}/registry-doctor-e2e-`)
    try {
      await writeFile(`${folder}/config`, JSON.stringify(config))
      const { report } = await examine('--cluster', plain, '--kubeconfig', `${folder}/config`)
      expect(report.clusters[0]?.context).toBeNull()
      expect(report.choices?.map((one) => one.why).join()).toContain('leads to another cluster')
      expect(report, 'its API is asked on a node instead').toMatchObject({ exitCode: 0, findings: [] })

      const named = await doctor(['--cluster', plain, '--kubeconfig', `${folder}/config`, '--context', `kind-${plain}`])
      expect(named.exitCode, 'what the user names is used, or refused').toBe(2)
      expect(named.stderr).toContain('leads to another cluster')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('--cluster typo: one line that names the near one, exit 2', async () => {
    const run = await doctor(['--cluster', 'e2e-plian', '-o', 'json'])
    expect(run.exitCode).toBe(2)
    expect(run.stderr).toBe('registry-doctor: no cluster is named "e2e-plian"; did you mean "e2e-plain"?\n')
    expect(JSON.parse(run.stdout)).toMatchObject({
      kind: 'CheckReport',
      exitCode: 2,
      status: 'incomplete',
      error: { code: 'unknown-name' },
    })
  })

  test('nothing is changed by a check: the file systems of nodes and registry are as before', async () => {
    const changes = (): Promise<string[]> =>
      Promise.all(['kind-registry', `${plain}-control-plane`].map(async (name) => filtered((await docker(['diff', name])).stdout)))
    const before = await changes()
    await examine('--cluster', plain)
    expect(await changes()).toEqual(before)
  })
})

/** Without the node's own logs and state, which change by themselves. */
const filtered = (diff: string): string =>
  diff
    .split('\n')
    .filter((line) => !/ \/(?:var|run|tmp)\b/.test(line))
    .sort()
    .join('\n')
