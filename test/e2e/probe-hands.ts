/** The hands of the e2e tests of `check --probe`. */
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, vi } from 'vitest'
import { withTempDir } from '../../lab/cache.ts'
import { docker } from '../../lab/docker.ts'
import { closePort, kubectl, onNodes, run, undoAll, type Undo } from '../../lab/fault.ts'
import { ensureKubectl } from '../../lab/kubectl.ts'
import { nodeKubectl } from '../../lab/nodes.ts'
import { placeOf } from '../../lab/place.ts'
import { podPull } from '../../lab/pods.ts'
import { pushOwnImage } from '../../lab/registry-content.ts'
import { registryImage } from '../../lab/versions.ts'
import { testLabels } from '../../lab/registry.ts'
import { nodeNames } from './inventory.ts'
import { kubeconfigOf } from './kubeconfig.ts'

/** Puts objects into a cluster; returns what removes them. */
async function apply(cluster: string, ...objects: readonly object[]): Promise<Undo> {
  const { provider } = await placeOf(cluster)
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
  const { code, stderr } = await nodeKubectl({ provider, cluster }, ['apply', '-f', '-'], { input })
  if (code !== 0) throw new Error(stderr.trim())
  return async () => void (await nodeKubectl({ provider, cluster }, ['delete', '--ignore-not-found', '-f', '-'], { input }))
}

/** Runs a pod of the lab on every node. */
export async function runOnAll(cluster: string): Promise<void> {
  const { provider } = await placeOf(cluster)
  const nodes = provider === 'k3d' ? (['server-0', 'agent-0'] as const) : (['control-plane', 'worker', 'worker2'] as const)
  const pulled = await Promise.all(nodes.map((node) => podPull(cluster, { node }, 'ok')))
  expect(pulled.every((one) => one.ok)).toBe(true)
}

/** Two images of a user's on every node, which share a layer. */
export async function pullUsersImages(cluster: string): Promise<Undo> {
  const { registry } = await placeOf(cluster)
  const repositories = ['lab/users-one', 'lab/users-other']
  for (const repository of repositories) await pushOwnImage({ repository, tag: '1', base: 'lab/users-base', port: registry.port })
  const images = repositories.map((one) => `${registry.host}/${one}:1`)
  const nodes = await nodeNames(cluster)
  await onNodes(nodes, images.map((image) => `crictl pull ${image}`).join(' && '))
  return () => onNodes(nodes, `crictl rmi ${images.join(' ')}`)
}

/** Resolves as soon as a pod of a probe is there. */
export async function podOfProbe(cluster: string): Promise<void> {
  const { context } = await placeOf(cluster)
  const child = spawn(
    await ensureKubectl(),
    [`--context=${context}`, 'get', 'pods', '-A', '--watch', '-l', 'app.kubernetes.io/component=probe', '-o=name'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  try {
    for await (const _ of createInterface({ input: child.stdout })) return
  } finally {
    child.kill()
  }
  throw new Error('no pod of a probe was made')
}

export const policyWords = 'pods need a team label here'

/** A policy that takes no pod of the probe, once it is in force. */
export async function refusePods(cluster: string): Promise<Undo> {
  const name = 'lab-no-probe'
  const group = { apiVersion: 'admissionregistration.k8s.io/v1' }
  const labels = { 'app.kubernetes.io/managed-by': 'registry-doctor' }
  const pods = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }
  const undo = await apply(
    cluster,
    {
      ...group,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        matchConstraints: { resourceRules: [pods], objectSelector: { matchLabels: labels } },
        validations: [{ expression: 'false', message: policyWords }],
      },
    },
    {
      ...group,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'] },
    },
  )
  const label = Object.entries(labels).map(([key, value]) => `${key}=${value}`)
  const tried = (): Promise<string> =>
    kubectl(cluster, 'run', 'tried', '--image=none', '--dry-run=server', `--labels=${label.join()}`).catch(String)
  await vi.waitFor(async () => expect(await tried()).toContain(policyWords), { interval: 200, timeout: 30_000 })
  return undo
}

/** A kubeconfig of a user who may read everything and write nothing. */
export async function asReader<T>(cluster: string, work: (kubeconfig: string) => Promise<T>): Promise<T> {
  const name = 'lab-reader'
  const meta = { metadata: { name } }
  const rbac = 'rbac.authorization.k8s.io'
  const undo = await apply(
    cluster,
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'default' } },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      ...meta,
      rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      ...meta,
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: 'default' }],
    },
  )
  try {
    const token = (await kubectl(cluster, 'create', 'token', name)).trim()
    const config = JSON.parse(await kubeconfigOf(cluster)) as { users: { user: object }[] }
    config.users[0]!.user = { token }
    return await withTempDir('reader', async (folder) => {
      const file = join(folder, 'config')
      await writeFile(file, JSON.stringify(config), { mode: 0o600 })
      return work(file)
    })
  } finally {
    await undo()
  }
}

/** One node that takes no pods, and one that lets none stay; with three nodes the third is cordoned. */
export async function keepPodsAway(cluster: string): Promise<Undo> {
  const [first, second, third] = await nodeNames(cluster)
  await kubectl(cluster, 'taint', 'node', first!, 'lab=away:NoSchedule', 'gpu=none:NoSchedule')
  await kubectl(cluster, 'taint', 'node', second!, 'lab=away:NoExecute')
  if (third !== undefined) await kubectl(cluster, 'cordon', third)
  return async () => {
    await kubectl(cluster, 'taint', 'node', first!, 'lab-', 'gpu-')
    await kubectl(cluster, 'taint', 'node', second!, 'lab-')
    if (third !== undefined) await kubectl(cluster, 'uncordon', third)
  }
}

/** The API of a cluster refuses connections, from its own nodes too; taken back, every kubelet has found it again. */
export async function apiDown(cluster: string): Promise<Undo> {
  const { provider, node } = await placeOf(cluster)
  const server = [node(provider === 'k3d' ? 'server-0' : 'control-plane')]
  const open = await closePort(server, 'INPUT', 6443)
  return async () => {
    await open()
    await runOnAll(cluster)
  }
}

/** The registry can write nothing of a probe any more: a file is where its directory would be. */
export async function spoiltStorage(cluster: string): Promise<Undo> {
  const { registry } = await placeOf(cluster)
  const place = '/var/lib/registry/docker/registry/v2/repositories/registry-doctor'
  await run('exec', registry.container, 'sh', '-ec', `rm -rf ${place}; : > ${place}`)
  return async () => void (await run('exec', registry.container, 'rm', place))
}

/** A pull-through cache beside a registry, to which nodes are led for images of the hub. */
export async function hubCache(cluster: string): Promise<Undo> {
  const name = 'hub-cache'
  const { registry } = await placeOf(cluster)
  const nodes = await nodeNames(cluster)
  const directory = '/etc/containerd/certs.d/docker.io'
  const remove = async (): Promise<void> => void (await docker(['rm', '-f', '-v', name]))
  await remove()
  // Where the hub cannot be reached, another registry stands for it: the cache asks what it caches as it starts.
  const remote = `REGISTRY_PROXY_REMOTEURL=http://${registry.container}:5000`
  await run('run', '-d', '--name', name, '--network', 'kind', ...testLabels, '-e', remote, registryImage)
  await onNodes(nodes, `mkdir ${directory} && printf '[host."http://${name}:5000"]\\n' > ${directory}/hosts.toml`)
  return undoAll(remove, () => onNodes(nodes, `rm -r ${directory}`))
}
