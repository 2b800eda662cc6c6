/**
 * The stand-in for k3s' one process, /bin/k3s of the lab's k3d nodes: k3s itself cannot be built from Go modules. It starts k3s' own
 * containerd, configured by this project's renderer of registries.yaml, and the parts of Kubernetes as programs of their own.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { hostname, networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { type Api, authorityOf } from './api.ts'
import { startAgent } from './agent.ts'
import { configArguments, flagValue, isOn, withConfig } from './arguments.ts'
import { startContainerd } from './containerd.ts'
import { startControlPlane } from './control-plane.ts'
import { fatal, info } from './log.ts'
import { configFile, programsDir, registriesFile } from './paths.ts'
import { stopAll, until } from './processes.ts'

/** What the node image says of itself. */
interface Release {
  readonly k3s: string
  readonly containerd: string
  readonly kubernetes: string
  readonly pauseImage: string
}

function configTexts(file: string): readonly string[] {
  const folder = `${file}.d`
  const parts = existsSync(folder) ? readdirSync(folder).filter((name) => /\.ya?ml$/i.test(name)) : []
  return [...(existsSync(file) ? [file] : []), ...parts.toSorted().map((name) => join(folder, name))].map((path) =>
    readFileSync(path, 'utf8'),
  )
}

function ownAddress(): string {
  const found = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)
  return found?.address ?? fatal('no IPv4 address')
}

/** Agents have the server's place and the cluster's secret, nothing else. */
async function joinServer(url: string | undefined, token: string): Promise<Api> {
  if (url === undefined) fatal('--server is required')
  info(`Waiting for the server at ${url}`)
  let ca = ''
  await until(`the server at ${url}`, async () => (ca = await authorityOf(url)) !== '')
  return { url, ca, token }
}

async function main(argv: readonly string[]): Promise<void> {
  const release = JSON.parse(readFileSync(join(programsDir, 'release.json'), 'utf8')) as Release
  const [role] = argv
  if (role !== 'server' && role !== 'agent') return void process.stdout.write(`k3s version ${release.k3s} (stand-in)\n`)
  const file = process.env['K3S_CONFIG_FILE'] ?? flagValue(argv, 'config') ?? flagValue(argv, 'c') ?? configFile
  const args = withConfig(argv, configArguments(configTexts(file)))
  const token = flagValue(args, 'token') ?? flagValue(args, 't') ?? process.env['K3S_TOKEN'] ?? 'k3s'
  const node = { name: hostname(), address: ownAddress(), args }
  info(`Starting k3s ${release.k3s} (stand-in)`)
  const containerd = startContainerd({
    version: release.containerd,
    pauseImage: release.pauseImage,
    registries: flagValue(args, 'private-registry') ?? registriesFile,
    k3sVersion: release.k3s,
    disableDefaultRegistryEndpoint: isOn(args, 'disable-default-registry-endpoint'),
    embeddedRegistry: isOn(args, 'embedded-registry'),
  })
  const api =
    role === 'server'
      ? startControlPlane({ ...node, token, kubernetesVersion: release.kubernetes, kubeconfigOutput: process.env['K3S_KUBECONFIG_OUTPUT'] })
      : joinServer(flagValue(args, 'server') ?? process.env['K3S_URL'], token)
  await containerd
  await startAgent(await api, { ...node, role })
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stopAll().finally(() => process.exit(0)))

try {
  await main(process.argv.slice(2))
} catch (error) {
  fatal(error instanceof Error ? error.message : String(error))
}
