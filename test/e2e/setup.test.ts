import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { binaryPath, ensureProgram } from '../../lab/binaries.ts'
import { docker, k3dNodes, kindNodes } from '../../lab/docker.ts'
import { ensureEngine } from '../../lab/engine.ts'
import { ensureK3sImage } from '../../lab/k3s-image.ts'
import { ensureNodeImage } from '../../lab/node-image.ts'
import { k3d, kind } from '../../lab/programs.ts'
import { ensureRegistry, registryName, registryPort } from '../../lab/registry.ts'
import { run as runProgram } from '../../lab/run.ts'
import { ensureHelloImage } from '../../lab/small-images.ts'
import { defaultContainerd, defaultK3sContainerd, resolveContainerd, resolveK3s } from '../../lab/versions.ts'
import type { FixReport } from '../../src/model/fix-report.ts'
import { repaired } from './fixed.ts'
import { probeOf } from './probed.ts'

/** What a user may wait for a cluster of one node and a registry that work; a busy machine has twice that. */
const limitMs = 60_000

/** The two providers, and how the lab's images are had of them. Nothing here is of the lab's other clusters. */
const providers = [
  {
    provider: 'kind',
    cluster: 'set-up',
    node: 'set-up-control-plane',
    config: async () => ({
      kind: 'Cluster',
      apiVersion: 'kind.x-k8s.io/v1alpha4',
      nodes: [{ role: 'control-plane', image: await ensureNodeImage(resolveContainerd(defaultContainerd)) }],
      networking: { disableDefaultCNI: true, kubeProxyMode: 'none' },
    }),
    remove: ['delete', 'cluster', '--name', 'set-up'],
    program: kind,
    nodes: kindNodes,
  },
  {
    provider: 'k3d',
    cluster: 'set-up-k3d',
    node: 'k3d-set-up-k3d-server-0',
    config: async () => ({
      apiVersion: 'k3d.io/v1alpha5',
      kind: 'Simple',
      servers: 1,
      image: await ensureK3sImage(resolveK3s(defaultK3sContainerd)),
      kubeAPI: { hostIP: '127.0.0.1' },
      options: { k3d: { wait: true, timeout: '180s', disableLoadbalancer: true } },
    }),
    remove: ['cluster', 'delete', 'set-up-k3d'],
    program: k3d,
    nodes: k3dNodes,
  },
] as const

const registries = ['set-up-registry', 'set-up-tls']

describe.each(providers)('setup with $provider', ({ provider, cluster, node, config, remove, program, nodes }) => {
  let folder = ''
  let env: NodeJS.ProcessEnv = {}
  const setUp = (...words: string[]): ReturnType<typeof repaired> => repaired(['setup', '--cluster', cluster, ...words], env)
  const create = (...words: string[]): ReturnType<typeof repaired> =>
    setUp('--create-cluster', provider, '--config', join(folder, 'config.yaml'), '--registry-name', 'set-up-registry', ...words)

  /** What a run that was killed may have left, too. */
  async function removeAll(): Promise<void> {
    await runProgram(binaryPath(program, provider), remove, { check: false, env })
    for (const name of registries) {
      await docker(['rm', '-f', '-v', name])
      await docker(['volume', 'rm', name])
    }
  }

  beforeAll(async () => {
    await ensureEngine()
    await ensureProgram(program)
    // On its port another registry has to be found.
    await ensureRegistry('auto')
    folder = await mkdtemp(join(tmpdir(), 'registry-doctor-setup-'))
    await writeFile(join(folder, 'config.yaml'), stringify(await config()))
    env = {
      XDG_STATE_HOME: folder,
      KUBECONFIG: join(folder, 'kubeconfig'),
      PATH: `${dirname(binaryPath(program, provider))}:${process.env['PATH']}`,
      K3D_IMAGE_TOOLS: await ensureHelloImage(),
    }
    await removeAll()
  })
  afterAll(async () => {
    await removeAll()
    await rm(folder, { recursive: true })
  })

  const applied = ({ repairs }: FixReport): string[] =>
    repairs.flatMap(({ steps }) => steps.flatMap(({ step, status }) => (status === 'applied' ? [step.op] : [])))

  test('from nothing: a registry and a cluster, and a pod of every node pulls from it', async () => {
    const started = performance.now()
    const { run, document } = await create()
    const took = performance.now() - started
    expect(run.exitCode, run.stdout + run.stderr).toBe(0)
    expect(applied(document)).toEqual(expect.arrayContaining(['container.run', 'cluster.create', 'network.connect', 'configmap.put']))
    const { push, nodes: proven } = probeOf(document.after!)
    expect([...push, ...proven].map((one) => one.status)).toEqual(['pass', 'pass'])
    expect(document.next.join('\n')).toMatch(/^push with: .*\npull with: .*\nTilt and Skaffold find it by /)
    // The port of kind's documentation is taken by the lab's own registry.
    expect(document.next[0]).not.toContain(`:${registryPort}/`)
    expect(took, 'milliseconds').toBeLessThan(limitMs)
  })

  test('a second time nothing is changed, and it says so', async () => {
    const { run, document } = await create()
    expect(run.exitCode, run.stdout).toBe(0)
    expect(applied(document)).toEqual([])
    expect(document.id).toBeUndefined()
    expect(document.repairs.map((one) => one.status)).toEqual(document.repairs.map(() => 'unchanged'))
    expect(document.notes.join('\n')).toContain(`the ${provider} cluster ${cluster} is there already`)
  })

  test('a port that is taken: who holds it, exit 2, and nothing is changed', async () => {
    const { run, document } = await setUp('--registry-name', 'set-up-tls', '--port', String(registryPort))
    expect(run.exitCode).toBe(2)
    expect(document.error).toMatchObject({ code: 'port-in-use', message: expect.stringContaining(`container ${registryName}`) })
    expect((await docker(['container', 'inspect', 'set-up-tls'])).code).not.toBe(0)
  })

  test('over HTTPS: pods pull by an authority that was made here, and plain HTTP is refused', async () => {
    const { run, document } = await setUp('--registry-name', 'set-up-tls', '--tls')
    expect(run.exitCode, run.stdout + run.stderr).toBe(0)
    expect(probeOf(document.after!).nodes.map((one) => one.status)).toEqual(['pass'])
    const port = /localhost:(\d+)\//.exec(document.next[0]!)![1]!
    expect((await fetch(`http://127.0.0.1:${port}/v2/`)).status).toBe(400)
    // A key is told to nobody.
    const { stdout } = await runProgram('cat', [join(folder, 'registry-doctor', 'tls', 'set-up-tls', 'server.key')], {})
    const secret = stdout.split('\n')[1]!
    expect(secret.length).toBeGreaterThan(20)
    const { stdout: journals } = await runProgram('sh', ['-c', `cat ${join(folder, 'registry-doctor', 'fixes')}/*`], {})
    expect(run.stdout + run.stderr + journals).not.toContain(secret)
  })

  test('taken back: nodes and ConfigMap are as they were, the registry is gone', async () => {
    const { run, document } = await repaired(['fix', '--undo', '--yes', '--cluster', cluster], env)
    expect(run.exitCode, run.stdout).toBe(0)
    expect(new Set(document.repairs.map((one) => one.status))).toEqual(new Set(['undone']))
    expect((await docker(['container', 'inspect', 'set-up-tls'])).code).not.toBe(0)
    const { stdout } = await docker([
      'exec',
      node,
      'sh',
      '-c',
      'grep -rl set-up-tls /etc/containerd /etc/rancher /var/lib/rancher/k3s/agent/etc 2> /dev/null; true',
    ])
    expect(stdout).toBe('')
    // The first registry goes on.
    const again = await setUp('--registry-name', 'set-up-registry')
    expect(again.run.exitCode, again.run.stdout).toBe(0)
    expect((await nodes(cluster)).length).toBe(1)
  })
})
