/** Faults that the e2e tests and the recorder of incidents make on a healthy lab cluster, one at a time, and take back. */
import { docker } from './docker.ts'
import { certsDirectory, nodesOf, pod, removeHostsToml, restoreAll, run, stopNode, webServer, type Fault } from './fault.ts'
import { upKind } from './index.ts'
import { registryName } from './registry.ts'

export const faults: readonly Fault[] = [
  {
    name: 'registry-stopped',
    title: 'the registry container had stopped',
    causes: [{ code: 'registry-not-running' }],
    explains: ['registry-not-answering', 'registry-name-unresolvable'],
    exitCode: 1,
    repairable: true,
    async make() {
      await run('stop', '-t', '1', registryName)
      return async () => void (await run('start', registryName))
    },
  },
  {
    name: 'registry-stopped-port-taken',
    title: 'the registry container had stopped, and another web server held its host port',
    causes: [{ code: 'registry-not-running' }],
    explains: ['registry-port-conflict', 'registry-not-answering', 'registry-name-unresolvable'],
    exitCode: 1,
    repairable: false,
    async make() {
      await run('stop', '-t', '1', registryName)
      const close = await webServer(5001)
      return async () => {
        await close()
        await run('start', registryName)
      }
    },
  },
  {
    name: 'registry-removed',
    title: 'the registry container had been removed',
    causes: [{ code: 'registry-not-found' }],
    explains: ['registry-not-answering', 'registry-name-unresolvable'],
    exitCode: 1,
    repairable: true,
    async make(cluster) {
      await run('rm', '-f', '-v', registryName)
      return restoreAll(cluster)
    },
  },
  {
    name: 'registry-paused',
    title: 'the registry container was paused: it accepted connections and never answered',
    causes: [{ code: 'registry-hanging' }],
    explains: ['registry-hanging', 'registry-not-answering'],
    exitCode: 1,
    repairable: true,
    async make() {
      await run('pause', registryName)
      return async () => void (await docker(['unpause', registryName]))
    },
  },
  {
    name: 'registry-off-network',
    title: "the registry was not attached to the cluster's network",
    causes: [{ code: 'registry-not-on-network' }],
    explains: ['registry-name-unresolvable'],
    exitCode: 1,
    repairable: true,
    async make() {
      await run('network', 'disconnect', 'kind', registryName)
      return async () => void (await docker(['network', 'connect', 'kind', registryName]))
    },
  },
  {
    name: 'registry-renamed',
    title: 'the registry container had another name than the one in hosts.toml',
    causes: [{ code: 'registry-name-unresolvable' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    async make() {
      await run('rename', registryName, 'my-registry')
      return async () => void (await run('rename', 'my-registry', registryName))
    },
  },
  {
    name: 'config-path-missing',
    title: 'kind nodes with containerd 2.1 whose configuration sets no config_path: the registry set-up was ignored',
    causes: [{ code: 'config-path-missing' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    async make({ name }) {
      const nodes = await nodesOf(name)
      const restart = (edit: string) =>
        Promise.all(nodes.map((node) => run('exec', node, 'sh', '-c', `cd /etc/containerd && ${edit} && systemctl restart containerd`)))
      await restart(
        'cp -p config.toml /tmp/config-away && sed -i -E "/config_path/d; /\\.registry\\]/d; /cri\\.v1\\.images.\\]/d" config.toml',
      )
      return async () => void (await restart('cp -p /tmp/config-away config.toml && rm /tmp/config-away'))
    },
  },
  {
    name: 'hosts-toml-missing',
    title: 'one of three nodes had no hosts.toml for the registry',
    causes: [{ code: 'hosts-toml-missing', node: 'worker2' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    make: ({ name }) => removeHostsToml(`${name}-worker2`),
  },
  {
    name: 'worker-stopped',
    title: 'a worker node was stopped',
    causes: [{ code: 'node-not-running', node: 'worker2' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    make: ({ name }) => stopNode(name, `${name}-worker2`),
  },
  {
    name: 'worker-stopped-hosts-toml-missing',
    title: 'a worker node was stopped, and another had no hosts.toml: two faults',
    causes: [
      { code: 'node-not-running', node: 'worker2' },
      { code: 'hosts-toml-missing', node: 'worker' },
    ],
    explains: [],
    exitCode: 1,
    repairable: true,
    async make({ name }) {
      const undo = await removeHostsToml(`${name}-worker`)
      const start = await stopNode(name, `${name}-worker2`)
      return async () => {
        await undo()
        await start()
      }
    },
  },
  {
    name: 'registry-not-published',
    title: 'the registry container published no port on the host',
    causes: [{ code: 'registry-port-not-published' }],
    explains: ['hosting-configmap-wrong'],
    exitCode: 0,
    repairable: false,
    async make(cluster) {
      await run('rm', '-f', '-v', registryName)
      await run('run', '-d', '--restart=always', '--network', 'bridge', '--name', registryName, 'registry:3')
      await run('network', 'connect', 'kind', registryName)
      return async () => {
        await run('rm', '-f', '-v', registryName)
        await upKind(cluster)
      }
    },
  },
  {
    name: 'hosts-toml-push-only',
    title: 'the hosts.toml of all nodes allowed pushes only, so containerd went on to the default endpoint',
    causes: [{ code: 'hosts-toml-wrong-endpoint' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    async make(cluster) {
      const content = '[host."http://kind-registry:5000"]\\n  capabilities = ["push"]\\n'
      for (const node of await nodesOf(cluster.name))
        await run('exec', node, 'sh', '-c', `printf '${content}' > ${certsDirectory}/hosts.toml`)
      return restoreAll(cluster)
    },
  },
  {
    name: 'nothing-set-up',
    title: 'a registry and a cluster with a pod that uses it, and nothing that connects the two',
    causes: [{ code: 'hosts-toml-missing' }, { code: 'hosting-configmap-missing' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    async make(cluster) {
      const { name } = cluster
      await pod(name, '-n', 'kube-public', 'delete', 'configmap', 'local-registry-hosting')
      for (const node of await nodesOf(name)) await run('exec', node, 'rm', '-rf', certsDirectory)
      await pod(name, 'run', 'wants-registry', '--image=localhost:5001/lab/hello:1', '--image-pull-policy=Always')
      await pod(name, 'wait', '--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}', 'pod/wants-registry', '--timeout=60s')
      return async () => {
        await pod(name, 'delete', 'pod', 'wants-registry', '--now')
        await upKind(cluster)
      }
    },
  },
  {
    name: 'containerd-stopped',
    title: "a worker's containerd had stopped: the node pulled nothing, whatever the registry did",
    causes: [{ code: 'cri-not-available', node: 'worker' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    async make({ name }) {
      // Not the worker that other faults stop: containerd of a node that has just booted may still be starting.
      const node = `${name}-worker`
      await run('exec', node, 'systemctl', 'stop', 'containerd')
      return async () => void (await run('exec', node, 'systemctl', 'start', 'containerd'))
    },
  },
]
