/** The local registry as kind's own script sets it up. */
import { request } from 'node:http'
import { request as requestOverTls } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { docker, dockerOutput } from './docker.ts'
import { ensureHelloImage, ensureRegistryImage } from './small-images.ts'
import { step } from './steps.ts'
import type { ImageChoice } from './upstream.ts'

export const registryName = 'kind-registry'
export const registryPort = 5001
/** The registry's name as users and pods write it. */
export const registryHost = `localhost:${registryPort}`
export const helloImage = `${registryHost}/lab/hello:1`

const ownLabel = 'registry-doctor.lab=registry'

/** Of registries that are made for a test with other settings: one that was left over is not taken for the lab's usual one. */
export const testLabels = ['--label', ownLabel, '--label', 'registry-doctor.lab.for=test']

/** State of the registry's container: undefined if there is none. */
export async function registryState(): Promise<string | undefined> {
  const format = '{{if index .Config.Labels "registry-doctor.lab.for"}}left over{{else}}{{.State.Status}}{{end}}'
  const result = await docker(['container', 'inspect', '--format', format, registryName])
  return result.code === 0 ? result.stdout.trim() : undefined
}

/** Brings the registry's container up, whatever state it is in, and waits until it answers. */
export async function ensureRegistry(choice: ImageChoice): Promise<void> {
  const image = await ensureRegistryImage(choice)
  await step('registry', async ({ log, done }) => {
    const state = await registryState()
    if (state === 'running') done('running')
    else if (state === 'paused') await dockerOutput(['unpause', registryName], { log })
    else if (state === 'exited' || state === 'created') await dockerOutput(['start', registryName], { log })
    else {
      if (state !== undefined) await docker(['rm', '-f', '-v', registryName], { log })
      const publish = ['-p', `127.0.0.1:${registryPort}:5000`, '--network', 'bridge', '--restart=always']
      const args = ['run', '-d', ...publish, '--name', registryName, '--label', ownLabel, image]
      const result = await docker(args, { log })
      if (result.code !== 0) {
        await docker(['rm', '-f', '-v', registryName], { log }) // a container that could not get its port stays
        throw new Error(result.stderr.trim().split('\n')[0])
      }
    }
    await waitForRegistry()
  })
}

/**
 * HTTP status of the registry's answer on the machine's own port; undefined if there is no answer. Not with fetch:
 * against a port whose container is just starting, its promise can stay open for ever.
 */
function statusOf(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  { port = registryPort, tls = false }: RegistryPlace = {},
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, method, path, headers, agent: false, timeout: 5_000, rejectUnauthorized: false }
    const ask = (tls ? requestOverTls : request)(options, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    ask.once('timeout', () => ask.destroy())
    ask.once('error', () => resolve(undefined))
    ask.once('close', () => resolve(undefined))
    ask.end()
  })
}

/** Where a registry is asked on this machine; default: where the lab's own is. */
interface RegistryPlace {
  readonly port?: number
  readonly tls?: boolean
}

/** Waits until a registry answers on this machine, whatever its certificate. */
export async function waitForRegistry(place: RegistryPlace = {}): Promise<void> {
  for (const end = Date.now() + 15_000; ; await sleep(50)) {
    if ((await statusOf('GET', '/v2/', {}, place)) === 200) return
    if (Date.now() > end) throw new Error(`no registry answers at 127.0.0.1:${place.port ?? registryPort}`)
  }
}

/** Connects the registry to kind's network, so that nodes reach it by name. */
export async function connectRegistry(): Promise<void> {
  const format = '{{json .NetworkSettings.Networks.kind}}'
  if ((await dockerOutput(['inspect', '--format', format, registryName])) !== 'null') return
  await dockerOutput(['network', 'connect', 'kind', registryName])
}

/** Pushes the tiny test image under this name (`localhost:5001/…`); it runs as a pod that stays up. */
export async function pushImage(ref: string): Promise<void> {
  await dockerOutput(['tag', await ensureHelloImage(), ref])
  const result = await docker(['push', ref])
  await docker(['rmi', ref]) // only the name: the image itself has another one
  if (result.code !== 0) throw new Error(`push of ${ref} failed: ${result.stderr.trim()}`)
}

/** Whether the registry has this repository's tag. */
export async function registryHas(repository: string, tag: string): Promise<boolean> {
  const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json'
  return (await statusOf('HEAD', `/v2/${repository}/manifests/${tag}`, { accept })) === 200
}

/** Removes the registry's container if the lab made it. */
export async function removeRegistry(): Promise<boolean> {
  const ids = await dockerOutput(['ps', '-aq', '--filter', `label=${ownLabel}`, '--filter', `name=^${registryName}$`])
  if (ids === '') return false
  await dockerOutput(['rm', '-f', '-v', ids])
  return true
}
