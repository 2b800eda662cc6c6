/** The server's part of k3s: etcd in place of its database, and the control plane as programs of their own. */
import { appendFileSync, chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse, stringify } from 'yaml'
import { type Api, ask } from './api.ts'
import { info } from './log.ts'
import { adminKubeconfig, serverDir } from './paths.ts'
import { run, start, until } from './processes.ts'

const tls = `${serverDir}/tls`
const credentials = `${serverDir}/cred`
const ownUrl = 'https://127.0.0.1:6443'

export interface ServerSettings {
  readonly name: string
  readonly address: string
  readonly token: string
  readonly args: readonly string[]
  readonly kubernetesVersion: string
  /** Where a copy of the kubeconfig is wanted ($K3S_KUBECONFIG_OUTPUT). */
  readonly kubeconfigOutput?: string | undefined
}

/** Names and addresses that a client may use for the API. */
function subjectNames({ name, address, args }: ServerSettings): readonly string[] {
  const flags = args.flatMap((word, index) =>
    word === '--tls-san' ? [args[index + 1] ?? ''] : word.startsWith('--tls-san=') ? [word.slice(10)] : [],
  )
  return [...new Set([...flags.flatMap((flag) => flag.split(',')), name, address, '127.0.0.1', '0.0.0.0', 'localhost'])].filter(Boolean)
}

/** Makes what is missing; the API server's own certificate at each start, as the address may be another one. */
async function makeCertificates(settings: ServerSettings): Promise<void> {
  for (const dir of [tls, credentials]) mkdirSync(dir, { recursive: true })
  const config = join(serverDir, 'kubeadm.yaml')
  const apiVersion = 'kubeadm.k8s.io/v1beta4'
  const documents = [
    {
      apiVersion,
      kind: 'ClusterConfiguration',
      kubernetesVersion: settings.kubernetesVersion,
      certificatesDir: tls,
      encryptionAlgorithm: 'ECDSA-P256',
      controlPlaneEndpoint: '127.0.0.1:6443',
      networking: { podSubnet: '10.42.0.0/16', serviceSubnet: '10.43.0.0/16' },
      apiServer: { certSANs: subjectNames(settings) },
    },
    {
      apiVersion,
      kind: 'InitConfiguration',
      localAPIEndpoint: { advertiseAddress: settings.address, bindPort: 6443 },
      nodeRegistration: { name: settings.name },
    },
  ]
  writeFileSync(config, documents.map((one) => JSON.stringify(one)).join('\n---\n'))
  for (const file of ['apiserver.crt', 'apiserver.key']) rmSync(join(tls, file), { force: true })
  const phase = (...words: string[]): Promise<string> => run('kubeadm', ['init', 'phase', ...words, '--config', config])
  await phase('certs', 'all')
  // agents are shown the authority's certificate with the server's own
  appendFileSync(join(tls, 'apiserver.crt'), readFileSync(join(tls, 'ca.crt')))
  for (const name of ['server-ca.crt', 'client-ca.crt']) copyFileSync(join(tls, 'ca.crt'), join(tls, name))
  for (const name of ['super-admin', 'controller-manager', 'scheduler']) {
    const file = join(credentials, `${name}.conf`)
    if (existsSync(file)) continue
    await phase('kubeconfig', name, '--kubeconfig-dir', credentials)
    // kubeadm gives some of them the address of now
    writeFileSync(file, readFileSync(file, 'utf8').replace(/server: .*/, `server: ${ownUrl}`))
  }
}

/** The admin's kubeconfig as k3s writes it, with its names for everything: default. */
function writeKubeconfig(output: string | undefined): void {
  const made = parse(readFileSync(join(credentials, 'super-admin.conf'), 'utf8')) as {
    clusters: { cluster: object }[]
    users: { user: object }[]
  }
  const name = 'default'
  const text = stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: made.clusters[0]!.cluster }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
    users: [{ name, user: made.users[0]!.user }],
  })
  for (const file of [adminKubeconfig, ...(output === undefined ? [] : [output])]) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    chmodSync(file, 0o600)
  }
}

function startApiServer({ address, token }: ServerSettings): void {
  writeFileSync(join(serverDir, 'tokens.csv'), `${token},k3s-node,k3s-node,system:masters\n`, { mode: 0o600 })
  const file = (name: string): string => join(tls, name)
  start('kube-apiserver', [
    '--etcd-servers=http://127.0.0.1:2379',
    `--advertise-address=${address}`,
    '--secure-port=6443',
    `--tls-cert-file=${file('apiserver.crt')}`,
    `--tls-private-key-file=${file('apiserver.key')}`,
    `--client-ca-file=${file('ca.crt')}`,
    `--token-auth-file=${join(serverDir, 'tokens.csv')}`,
    `--service-account-key-file=${file('sa.pub')}`,
    `--service-account-signing-key-file=${file('sa.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    '--service-cluster-ip-range=10.43.0.0/16',
    '--authorization-mode=Node,RBAC',
    `--kubelet-client-certificate=${file('apiserver-kubelet-client.crt')}`,
    `--kubelet-client-key=${file('apiserver-kubelet-client.key')}`,
    '--kubelet-preferred-address-types=InternalIP,Hostname',
    '--allow-privileged',
  ])
}

function startControllers(): void {
  const file = (name: string): string => join(tls, name)
  start('kube-controller-manager', [
    `--kubeconfig=${join(credentials, 'controller-manager.conf')}`,
    `--service-account-private-key-file=${file('sa.key')}`,
    `--root-ca-file=${file('ca.crt')}`,
    `--cluster-signing-cert-file=${file('ca.crt')}`,
    `--cluster-signing-key-file=${file('ca.key')}`,
    '--use-service-account-credentials',
    '--bind-address=127.0.0.1',
    '--leader-elect=false',
  ])
  start('kube-scheduler', [`--kubeconfig=${join(credentials, 'scheduler.conf')}`, '--bind-address=127.0.0.1', '--leader-elect=false'])
}

/** k3d writes the names of a network's containers into this manifest, and waits for it. The lab has no coredns to read them. */
function writeDnsManifest({ name, address }: ServerSettings): void {
  const file = join(serverDir, 'manifests/coredns.yaml')
  if (existsSync(file)) return
  mkdirSync(dirname(file), { recursive: true })
  const metadata = { name: 'coredns', namespace: 'kube-system' }
  writeFileSync(file, stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { NodeHosts: `${address} ${name}\n` } }))
}

/** Starts the control plane, and waits until it serves. */
export async function startControlPlane(settings: ServerSettings): Promise<Api> {
  await makeCertificates(settings)
  start('etcd', ['--data-dir', join(serverDir, 'db/etcd'), '--unsafe-no-fsync', '--log-level', 'warn'])
  info('Running kube-apiserver')
  startApiServer(settings)
  const api = { url: ownUrl, ca: readFileSync(join(tls, 'server-ca.crt'), 'utf8'), token: settings.token }
  await until('the API server', async () => (await ask(api, 'GET', '/readyz')) !== '')
  startControllers()
  writeKubeconfig(settings.kubeconfigOutput)
  writeFileSync(join(serverDir, 'token'), `${settings.token}\n`, { mode: 0o600 })
  writeDnsManifest(settings)
  info('k3s is up and running')
  info('Cluster dns configmap has been set successfully')
  return api
}
