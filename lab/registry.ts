/** The local registries: as kind's own script sets one up, and as k3d does. */
import { request } from 'node:http'
import { request as requestOverTls } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { docker, dockerOutput } from './docker.ts'
import type { RunResult } from './run.ts'
import { ensureHelloImage, ensureRegistryImage } from './small-images.ts'
import { step } from './steps.ts'
import type { ImageChoice } from './upstream.ts'

export const registryName = 'kind-registry'
export const registryPort = 5001
/** The registry's name as users and pods write it. */
export const registryHost = `localhost:${registryPort}`
export const helloImage = `${registryHost}/lab/hello:1`

/** A registry of the lab. */
export interface LabRegistry {
  readonly container: string
  /** Where it is published on this machine. */
  readonly port: number
  /** Its name in the images of pods. */
  readonly host: string
}

export const kindRegistry: LabRegistry = { container: registryName, port: registryPort, host: registryHost }
export const k3dRegistry: LabRegistry = { container: 'k3d-dev-reg', port: 5000, host: 'k3d-dev-reg:5000' }

const ownLabel = 'registry-doctor.lab=registry'

/** Of registries that are made for a test with other settings: one that was left over is not taken for the lab's usual one. */
export const testLabels = ['--label', ownLabel, '--label', 'registry-doctor.lab.for=test']

/** State of a registry's container: undefined if there is none. */
export async function registryState({ container }: LabRegistry = kindRegistry): Promise<string | undefined> {
  const format = '{{if index .Config.Labels "registry-doctor.lab.for"}}left over{{else}}{{.State.Status}}{{end}}'
  const result = await docker(['container', 'inspect', '--format', format, container])
  return result.code === 0 ? result.stdout.trim() : undefined
}

/** Brings the container of kind's registry up, whatever state it is in, and waits until it answers. */
export async function ensureRegistry(choice: ImageChoice): Promise<void> {
  const image = await ensureRegistryImage(choice)
  const publish = ['-p', `127.0.0.1:${registryPort}:5000`, '--network', 'bridge', '--restart=always']
  const args = ['run', '-d', ...publish, '--name', registryName, '--label', ownLabel, image]
  await ensureRunning(kindRegistry, (log) => docker(args, { log }))
}

/** Starts a registry's container, or has it made where that can be, and waits until it answers. */
export function ensureRunning(registry: LabRegistry, make?: (log: string) => Promise<RunResult>): Promise<void> {
  const { container, port } = registry
  return step(`registry${registry === kindRegistry ? '' : ` ${container}`}`, async ({ log, done }) => {
    const state = await registryState(registry)
    if (state === 'running') done('running')
    else if (state === 'paused') await dockerOutput(['unpause', container], { log })
    else if (state === 'exited' || state === 'created') await dockerOutput(['start', container], { log })
    else if (make !== undefined) {
      if (state !== undefined) await docker(['rm', '-f', '-v', container], { log })
      const result = await make(log)
      if (result.code !== 0) {
        await docker(['rm', '-f', '-v', container], { log }) // a container that could not get its port stays
        throw new Error(result.stderr.trim().split('\n')[0])
      }
    }
    await waitForRegistry({ port })
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

/** Connects a registry to a cluster's network, so that nodes reach it by name. */
export async function connectRegistry({ container }: LabRegistry = kindRegistry, network = 'kind'): Promise<void> {
  const format = `{{json (index .NetworkSettings.Networks "${network}")}}`
  if ((await dockerOutput(['inspect', '--format', format, container])) !== 'null') return
  await dockerOutput(['network', 'connect', network, container])
}

/** Pushes the tiny test image under this name (`localhost:5001/…`); it runs as a pod that stays up. */
export async function pushImage(ref: string): Promise<void> {
  await dockerOutput(['tag', await ensureHelloImage(), ref])
  const result = await docker(['push', ref])
  await docker(['rmi', ref]) // only the name: the image itself has another one
  if (result.code !== 0) throw new Error(`push of ${ref} failed: ${result.stderr.trim()}`)
}

/** Pushes the test image to a registry that does not have it, by its name on this machine. */
export async function ensureHello({ port }: LabRegistry = kindRegistry): Promise<void> {
  if (!(await registryHas('lab/hello', '1', port))) await pushImage(`localhost:${port}/lab/hello:1`)
}

/** Whether a registry has this repository's tag. */
export async function registryHas(repository: string, tag: string, port: number = registryPort): Promise<boolean> {
  const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json'
  return (await statusOf('HEAD', `/v2/${repository}/manifests/${tag}`, { accept }, { port })) === 200
}

/** Removes the container of kind's registry if the lab made it. */
export async function removeRegistry(): Promise<boolean> {
  const ids = await dockerOutput(['ps', '-aq', '--filter', `label=${ownLabel}`, '--filter', `name=^${registryName}$`])
  if (ids === '') return false
  await dockerOutput(['rm', '-f', '-v', ids])
  return true
}
