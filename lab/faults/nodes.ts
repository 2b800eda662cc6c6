/** Faults of nodes as machines: what runs on them, and how they reach others. */
import { changeNodes, closePort, nodesOf, onNodes, proxy, removeHostsToml, stopNode, undoAll, type Fault, type Undo } from '../fault.ts'
import { waitForPull } from '../pods.ts'
import { helloImage } from '../registry.ts'

/** An address of the node itself, where nothing listens, as its name server. */
async function nameServer(node: string, before: string, after: string): Promise<Undo> {
  const change = `${before} && cp /etc/resolv.conf /tmp/resolv.conf && echo nameserver 127.0.0.2 > /etc/resolv.conf`
  const undo = await changeNodes([node], change, `${after} && cat /tmp/resolv.conf > /etc/resolv.conf`)
  return undoAll(() => waitForPull(node, 'ok'), undo)
}

export const nodeFaults: readonly Fault[] = [
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
    pods: [{ node: 'worker', image: helloImage, cause: 'hosts-toml-missing' }],
    repairable: true,
    async make(cluster) {
      const { name } = cluster
      const write = await removeHostsToml(cluster, `${name}-worker`)
      return undoAll(write, await stopNode(name, `${name}-worker2`))
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
      await onNodes([node], 'systemctl stop containerd')
      return () => onNodes([node], 'systemctl start containerd')
    },
  },
  {
    name: 'registry-unreachable-from-node',
    title: "a worker's firewall refused connections to the registry's port",
    causes: [{ code: 'registry-unreachable-from-node', node: 'worker' }],
    explains: [],
    exitCode: 1,
    probe: 'port',
    repairable: false,
    pull: { node: 'worker' },
    make: ({ name }) => closePort([`${name}-worker`], 'OUTPUT', 5000),
  },
  {
    name: 'node-dns-broken',
    title: "a worker's /etc/resolv.conf named an address at which no name server listened",
    causes: [{ code: 'node-dns-broken', node: 'worker' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    pull: { node: 'worker' },
    async make({ name }) {
      const node = `${name}-worker`
      const undo = await nameServer(node, 'true', 'true')
      // Go looks at the file every five seconds.
      await waitForPull(node, 'fails')
      return undo
    },
  },
  {
    name: 'node-dns-silent',
    title: "a worker's name server took questions and never answered",
    causes: [{ code: 'node-dns-broken', node: 'worker' }],
    explains: [],
    exitCode: 1,
    pods: [{ node: 'worker', image: helloImage, cause: 'node-dns-broken' }],
    repairable: true,
    async make({ name }) {
      const node = `${name}-worker`
      const rule = 'INPUT -d 127.0.0.2 -j DROP'
      const undo = await nameServer(node, `iptables -w -I ${rule}`, `iptables -w -D ${rule}`)
      await waitForPull(node, 'fails')
      return undo
    },
  },
  {
    name: 'node-proxy',
    title: "all nodes had a proxy of the host in containerd's environment, and NO_PROXY did not name the registry",
    causes: [{ code: 'node-proxy-in-the-way' }],
    explains: [],
    exitCode: 1,
    repairable: true,
    pull: { node: 'worker' },
    // As kind hands a proxy on 127.0.0.1 of the host to nodes, where nothing listens on that address.
    make: async ({ name }) => proxy(await nodesOf(name), 'http://127.0.0.1:3128', 'localhost,127.0.0.1,.svc,.cluster.local'),
  },
  {
    name: 'node-proxy-silent',
    title: 'a worker had a proxy that did not answer',
    causes: [{ code: 'node-proxy-in-the-way', node: 'worker' }],
    explains: [],
    exitCode: 1,
    pods: [{ node: 'worker', image: helloImage, cause: 'node-proxy-in-the-way' }],
    repairable: true,
    make: ({ name }) => proxy([`${name}-worker`], 'http://192.0.2.9:3128', 'localhost,127.0.0.1'),
  },
]
