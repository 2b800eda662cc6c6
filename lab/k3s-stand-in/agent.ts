/** The agent's part of k3s, which servers have too: the kubelet, and what k3s writes on its node. */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { type Api, ask } from './api.ts'
import { nodeArgs, nodeEnv } from './arguments.ts'
import { info } from './log.ts'
import { agentDir, containerdSocket } from './paths.ts'
import { start, until } from './processes.ts'

export interface AgentSettings {
  readonly name: string
  readonly address: string
  readonly role: 'server' | 'agent'
  /** The whole command line, with what config.yaml adds. */
  readonly args: readonly string[]
}

/** k3s' settings, and those of kind's nodes for machines that are short of disk. Pods are not limited: cgroups may be read-only here. */
const kubelet = ({ name }: AgentSettings): object => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  authentication: { anonymous: { enabled: false }, x509: { clientCAFile: join(agentDir, 'client-ca.crt') } },
  authorization: { mode: 'AlwaysAllow' },
  cgroupDriver: 'cgroupfs',
  cgroupsPerQOS: false,
  clusterDNS: ['10.43.0.10'],
  clusterDomain: 'cluster.local',
  containerRuntimeEndpoint: `unix://${containerdSocket}`,
  enforceNodeAllocatable: [],
  evictionHard: { 'imagefs.available': '0%', 'nodefs.available': '0%' },
  failSwapOn: false,
  imageGCHighThresholdPercent: 100,
  providerID: `k3s://${name}`,
  // k3s, pkg/daemons/agent/agent_linux.go
  serializeImagePulls: false,
})

function kubeconfig({ url, token }: Api): object {
  const name = 'local'
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: url, 'certificate-authority': join(agentDir, 'server-ca.crt') } }],
    contexts: [{ name: 'Default', context: { cluster: name, namespace: 'default', user: 'user' } }],
    'current-context': 'Default',
    users: [{ name: 'user', user: { token } }],
  }
}

/** Labels and annotations that k3s gives a node (k3s, pkg/nodeconfig and pkg/agent/run.go). */
function nodeMetadata({ name, address, role, args }: AgentSettings): object {
  const words = JSON.stringify(nodeArgs(args))
  const env = JSON.stringify(nodeEnv(process.env))
  const roles = { 'node-role.kubernetes.io/control-plane': 'true', 'node-role.kubernetes.io/master': 'true' }
  return {
    labels: {
      'beta.kubernetes.io/instance-type': 'k3s',
      'node.kubernetes.io/instance-type': 'k3s',
      ...(role === 'server' && roles),
    },
    annotations: {
      'k3s.io/hostname': name,
      'k3s.io/internal-ip': address,
      'k3s.io/node-args': words,
      'k3s.io/node-config-hash': base32(
        createHash('sha256')
          .update(words + env)
          .digest(),
      ),
      'k3s.io/node-env': env,
    },
  }
}

/** With padding, as Go's standard encoding. */
function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const letters = (bits.match(/.{1,5}/g) ?? []).map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five.padEnd(5, '0'), 2)])
  return letters.join('').padEnd(Math.ceil(letters.length / 8) * 8, '=')
}

/** Starts the kubelet, and waits until its node is registered. */
export async function startAgent(api: Api, settings: AgentSettings): Promise<void> {
  mkdirSync(agentDir, { recursive: true })
  for (const file of ['server-ca.crt', 'client-ca.crt']) writeFileSync(join(agentDir, file), api.ca)
  const files = { config: join(agentDir, 'etc/kubelet.yaml'), kubeconfig: join(agentDir, 'kubelet.kubeconfig') }
  writeFileSync(files.config, stringify(kubelet(settings)))
  writeFileSync(files.kubeconfig, stringify(kubeconfig(api)), { mode: 0o600 })
  const { name, address } = settings
  start('kubelet', [`--config=${files.config}`, `--kubeconfig=${files.kubeconfig}`, `--hostname-override=${name}`, `--node-ip=${address}`])
  const path = `/api/v1/nodes/${name}`
  await until(`node ${name}`, async () => (await ask(api, 'PATCH', path, { metadata: nodeMetadata(settings) })) !== '')
  info(`Successfully registered node ${name}`)
}
