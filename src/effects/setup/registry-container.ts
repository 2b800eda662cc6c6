import { splitHostPort } from '../../containerd/registry-host.ts'
import { askBase, describeAnswer, innerPort, isUntrusted, registryPort, type BaseAnswer } from '../../derive/registry-detail.ts'
import { hostAddressOf, isRegistryImage } from '../../discover/registry-containers.ts'
import type { Step } from '../../model/finding.ts'
import { isAbsent, isHttpFailure, type ContainerDetail, type Look } from '../../model/observation.ts'
import type { Topology } from '../../model/topology.ts'
import type { PlannedRepair } from '../fix/repair.ts'
import { SetupRefusal, type Machine, type SetupOptions } from './options.ts'
import { freePort } from './port.ts'
import { knownRegistry, referredPorts } from './registry-name.ts'
import { refuseOtherProtocol } from './registry-tls.ts'

const image = 'registry:3'

/** Directly in /etc: a folder that every image has, so that it can be copied to a container that does not run. */
export const tlsPaths = { certificate: '/etc/registry.crt', key: '/etc/registry.key' } as const

/** The registry as it is to be. */
export interface SetupRegistry {
  /** Of its container. */
  readonly name: string
  /** On which it is published on this machine. */
  readonly port: number
  /** `kind-registry:5000`: where nodes ask for it. */
  readonly address: string
  readonly scheme: 'http' | 'https'
  /** The container as it is, where there is one. */
  readonly detail: ContainerDetail | null
}

/** The registry, what has to be done for it to run, and what is to be said of it. */
export interface PlannedRegistry {
  readonly registry: SetupRegistry
  readonly repair: PlannedRepair
  readonly notes: readonly string[]
}

/**
 * The container that is the registry: run anew, started, or left as it is.
 * @throws SetupRefusal where a container of this name is something else, or is not what is asked for
 */
export async function plannedRegistry(
  look: Look,
  topology: Topology,
  name: string,
  options: SetupOptions,
  machine: Machine,
): Promise<PlannedRegistry> {
  const detail = await look('docker.container', { name })
  return isAbsent(detail) ? newRegistry(look, topology, name, options, machine) : existingRegistry(look, topology, detail, options, machine)
}

async function newRegistry(
  look: Look,
  topology: Topology,
  name: string,
  { port: wanted, tls }: SetupOptions,
  machine: Machine,
): Promise<PlannedRegistry> {
  // Images and the ConfigMap go on naming a registry that is gone by the port that it had.
  const port = await freePort(look, machine, wanted, referredPorts(knownRegistry(topology, name))[0])
  const step: Step = {
    op: 'container.run',
    container: name,
    image,
    publish: `127.0.0.1:${port}:${registryPort}`,
    restart: 'always',
    volume: name,
    ...(tls && {
      env: { REGISTRY_HTTP_TLS_CERTIFICATE: tlsPaths.certificate, REGISTRY_HTTP_TLS_KEY: tlsPaths.key },
      files: [
        { from: tls.certificate.path, path: tlsPaths.certificate, mode: 0o644 },
        { from: tls.keyPath, path: tlsPaths.key, mode: 0o600 },
      ],
    }),
  }
  const scheme = tls ? 'https' : 'http'
  return {
    registry: { name, port, address: `${name}:${registryPort}`, scheme, detail: null },
    repair: { title: `run the registry ${name} on 127.0.0.1:${port}${tls ? ' over HTTPS' : ''}`, risk: 'safe', steps: [step] },
    notes: [],
  }
}

async function existingRegistry(
  look: Look,
  topology: Topology,
  detail: ContainerDetail,
  options: SetupOptions,
  machine: Machine,
): Promise<PlannedRegistry> {
  const { name, state } = detail
  const inner = innerPort(detail)
  const known = knownRegistry(topology, name)
  const published = detail.published.find((one) => one.port === inner && one.hostPort)?.hostPort
  const base = state === 'running' && published !== undefined ? await askBase(look, hostAddressOf(detail, inner)!) : null
  refuseOtherContainer(detail, base, known !== undefined)
  if (published !== undefined && options.port !== undefined && published !== options.port)
    throw new SetupRefusal('registry-differs', `${name} is published on port ${published} of this machine, not on ${options.port}`)
  const scheme = isOverTls(detail, base) ? 'https' : 'http'
  await refuseOtherProtocol(look, detail, scheme, options.tls)
  const port = published ?? (await freePort(look, machine, options.port, referredPorts(known)[0]))
  return {
    registry: { name, port, address: `${name}:${inner}`, scheme, detail },
    repair: published === undefined ? madeAnew(name, port, inner) : started(detail, port),
    notes: notesOn(detail, inner),
  }
}

const madeAnew = (name: string, port: number, inner: number): PlannedRepair => ({
  title: `publish ${name} on 127.0.0.1:${port}: the container is made anew with what it holds`,
  risk: 'disruptive',
  steps: [{ op: 'container.recreate', container: name, publish: [{ hostIp: '127.0.0.1', hostPort: port, port: inner }] }],
})

function started({ name, state }: ContainerDetail, port: number): PlannedRepair {
  if (state === 'running') return { title: `the registry ${name} on 127.0.0.1:${port}`, risk: 'safe', steps: [] }
  const op = state === 'paused' ? 'container.unpause' : 'container.start'
  return { title: `${state === 'paused' ? 'unpause' : 'start'} the registry ${name}`, risk: 'safe', steps: [{ op, container: name }] }
}

/** A container that is something else is never touched. */
function refuseOtherContainer({ name, image: own, state }: ContainerDetail, base: BaseAnswer | null, isKnown: boolean): void {
  const answers = base !== null && (base.isRegistry || isUntrusted(base.answer))
  if (!isKnown && !answers && !isRegistryImage(own))
    throw new SetupRefusal('name-taken', `container ${name} is no registry, but ${own}: give the registry another name`)
  if (base && !answers && !isHttpFailure(base.answer))
    throw new SetupRefusal('name-taken', `container ${name} does not answer as a registry at ${base.url} (${describeAnswer(base.answer)})`)
  if (!['running', 'paused', 'exited', 'created'].includes(state))
    throw new SetupRefusal('registry-not-running', `container ${name} is ${state}: see docker logs --tail 50 ${name}`)
}

const isOverTls = ({ env }: ContainerDetail, base: BaseAnswer | null): boolean =>
  base && (base.isRegistry || isUntrusted(base.answer)) ? base.at.startsWith('https:') : (env['REGISTRY_HTTP_TLS_CERTIFICATE'] ?? '') !== ''

/** What holds now and will not always, or not only here. */
function notesOn(detail: ContainerDetail, inner: number): string[] {
  const { name, restartPolicy } = detail
  const open = detail.published.some((one) => one.port === inner && ['', '0.0.0.0', '::'].includes(one.hostIp ?? ''))
  return [
    ...(open ? [`${name} is published on all addresses of this machine, so others on its network reach it too`] : []),
    ...(['', 'no'].includes(restartPolicy)
      ? [`${name} is not started again with the engine; docker update --restart=always ${name} changes that`]
      : []),
  ]
}

/** The name by which nodes ask for a registry, where its container has another. */
export function aliasesFor(topology: Topology, name: string): string[] {
  const host = splitHostPort(knownRegistry(topology, name)?.address ?? name).host
  return host === name || !/^[a-zA-Z][\w.-]*$/.test(host) || host === 'localhost' ? [] : [host]
}
