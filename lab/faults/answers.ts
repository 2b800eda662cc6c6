/** Faults of what a registry answers, and of a node that cannot take an answer in. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withTempDir } from '../cache.ts'
import { certsDir } from '../cluster-config.ts'
import { docker } from '../docker.ts'
import { changeNodes, hostsToml, nodesOf, putFile, restoreHosts, run, undoAll, type Fault } from '../fault.ts'
import { startOtherRegistry } from '../other-registry.ts'
import { forgetRepository, pushOwnImage } from '../registry-content.ts'
import { startRefusing, startStandIn } from '../registry-stand-in.ts'
import { helloImage, pushImage, registryHost, testLabels, waitForRegistry } from '../registry.ts'
import { registryImage } from '../versions.ts'

/** lab:lab, by bcrypt: the only form that the registry reads. */
const passwords = 'lab:$2b$05$9q/qBNr91yAL2ORdht2IOusnheV7s2VcXtzJTf96B1wH5eNCmw4BG\n'

/** A registry that holds everything and gives nobody a manifest. */
const refuses = (status: 403 | 429 | 500, code: string, title: string, explains: readonly string[] = []): Fault => ({
  name: code,
  title,
  causes: [{ code }],
  explains,
  exitCode: 1,
  repairable: false,
  pull: { node: 'worker' },
  pods: [{ node: 'worker', image: helloImage, cause: code }],
  make: (cluster) => startRefusing(cluster, [String(status)]),
})

const fresh = `${registryHost}/lab/fresh:1`

/** What containerd fetches is written here first. */
const ingest = '/var/lib/containerd/io.containerd.content.v1.content/ingest'

const hanging = { name: 'hanging-registry', port: 5003 }
const hangingHost = `localhost:${hanging.port}`

export const answerFaults: readonly Fault[] = [
  {
    name: 'registry-auth-required',
    title: 'the registry wanted a name and a password; pods brought none, or a wrong one',
    causes: [{ code: 'registry-auth-required' }],
    explains: [],
    exitCode: 1,
    probe: 'refused',
    repairable: false,
    pull: { node: 'worker' },
    pods: [
      { node: 'worker', image: helloImage, cause: 'registry-auth-required' },
      { node: 'worker2', image: helloImage, cause: 'registry-auth-required', pullSecret: true },
    ],
    make: (cluster) =>
      withTempDir('htpasswd', async (folder) => {
        const file = join(folder, 'htpasswd')
        await writeFile(file, passwords)
        const auth = Object.entries({ AUTH: 'htpasswd', AUTH_HTPASSWD_REALM: 'lab', AUTH_HTPASSWD_PATH: '/etc/htpasswd' })
        const settings = auth.flatMap(([name, value]) => ['-e', `REGISTRY_${name}=${value}`])
        return startStandIn(cluster, { settings, file: [file, '/etc/htpasswd'], credentials: 'lab:lab' })
      }),
  },
  refuses(403, 'registry-forbids', 'something in front of the registry forbade every manifest'),
  refuses(429, 'registry-rate-limits', 'the registry answered every request for a manifest with 429', ['registry-not-answering']),
  refuses(500, 'registry-server-error', 'the registry failed at every manifest with 500', ['registry-not-answering']),
  {
    name: 'node-disk-full',
    title: 'no room was left on a worker where containerd writes what it fetches',
    causes: [{ code: 'node-disk-full', node: 'worker' }],
    explains: [],
    exitCode: 1,
    probe: 'unpack',
    repairable: false,
    pods: [{ node: 'worker', image: fresh, cause: 'node-disk-full' }],
    async make({ name }) {
      // Of an image that was once there, everything could still lie in containerd's store.
      await pushOwnImage({ repository: 'lab/fresh', tag: '1' })
      // What fills it lies beside: of a stranger in its directory containerd would complain.
      const disk = '/run/full-disk'
      const fill = `{ cat /dev/zero > ${disk}/filler 2> /dev/null || true; }`
      const undo = await changeNodes(
        [`${name}-worker`],
        `mkdir ${disk} && mount -t tmpfs -o size=1m full-disk ${disk} && mkdir ${disk}/ingest && ${fill} && mount --bind ${disk}/ingest ${ingest}`,
        `umount ${ingest} ${disk} && rmdir ${disk}`,
      )
      return undoAll(async () => void (await forgetRepository('lab/fresh')), undo)
    },
  },
  {
    name: 'pull-queue-blocked',
    title: 'a second registry was paused; an image of the healthy one waited behind the pull from it, for a kubelet pulls one at a time',
    causes: [{ code: 'registry-hanging' }],
    explains: ['registry-hanging', 'registry-not-answering', 'pull-queue-blocked'],
    exitCode: 1,
    repairable: true,
    foundByPods: true,
    pods: [
      { node: 'worker', image: `${hangingHost}/lab/hello:1`, cause: 'registry-hanging', hangs: true },
      { node: 'worker', image: helloImage, cause: 'registry-hanging', hangs: true },
    ],
    async make(cluster) {
      const { name, port } = hanging
      await docker(['rm', '-f', '-v', name])
      await run('run', '-d', '-p', `127.0.0.1:${port}:5000`, '--network', 'kind', '--name', name, ...testLabels, registryImage)
      await waitForRegistry({ port })
      await pushImage(`${hangingHost}/lab/hello:1`)
      await putFile(await nodesOf(cluster.name), `${certsDir}/${hangingHost}/hosts.toml`, `[host."http://${name}:5000"]\n`)
      await run('pause', name)
      return undoAll(restoreHosts(cluster), async () => {
        // It answers before it goes: a pull that still waits for it would go on for minutes.
        await docker(['unpause', name])
        await waitForRegistry({ port })
        await docker(['rm', '-f', '-v', name])
      })
    },
  },
  {
    name: 'mirror-failure-hidden',
    title: 'the endpoint in the hosts.toml of all nodes had the wrong port, and their server line led to a registry that had nothing',
    causes: [{ code: 'hosts-toml-wrong-endpoint' }],
    explains: [],
    explainsOn: (containerd) => (containerd.startsWith('1.') ? [] : ['error-masks-not-found']),
    exitCode: 1,
    repairable: true,
    pull: { node: 'worker' },
    pods: [{ node: 'worker', image: helloImage, cause: 'hosts-toml-wrong-endpoint' }],
    async make(cluster) {
      const remove = await startOtherRegistry()
      const content = 'server = "http://other-registry:5000"\n\n[host."http://kind-registry:5001"]\n'
      return undoAll(remove, await hostsToml(cluster, await nodesOf(cluster.name), content))
    },
  },
]
