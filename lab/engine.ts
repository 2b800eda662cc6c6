/** The Docker engine: the one that answers, or one that the lab installs and starts. */
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { cachePath } from './paths.ts'
import { canGrantSysResource, installRuncWrapper } from './capabilities.ts'
import { docker, engineAnswers } from './docker.ts'
import { isAlive, pidOf, processIdentity } from './processes.ts'
import { ensurePackages, findProgram, isRoot } from './packages.ts'
import { step } from './steps.ts'

const startTimeout = 60_000

/** Where the lab notes the engine that it started. */
const pidFile = (): string => cachePath('engine', 'dockerd.pid')
const engineLog = (): string => cachePath('engine', 'dockerd.log')

/** Identity of the engine that the lab started, if it still runs. */
async function ownEngine(): Promise<string | undefined> {
  const identity = await readFile(pidFile(), 'utf8').catch(() => undefined)
  return identity !== undefined && isAlive(identity) ? identity : undefined
}

/** Whether this machine has an engine, running or not. */
export async function hasEngine(): Promise<boolean> {
  return findProgram('docker') !== undefined && (findProgram('dockerd') !== undefined || (await engineAnswers()))
}

/** Gives a running engine: the one that answers, else the machine's own is installed and started. */
export async function ensureEngine(): Promise<void> {
  const hasClient = findProgram('docker') !== undefined
  if (hasClient && (await engineAnswers())) return step('engine', async ({ done }) => done('running'))
  // The lab can only start an engine of this machine.
  if (process.env['DOCKER_HOST']) throw new Error(`no engine answers at DOCKER_HOST=${process.env['DOCKER_HOST']}`)
  await ensurePackages('engine packages', { dockerd: 'docker.io', iptables: 'iptables', ip: 'iproute2' })
  await step('engine start', async ({ log }) => {
    if (!isRoot()) throw new Error('no Docker engine answers, and only root can start one')
    if ((await ownEngine()) === undefined) await startEngine()
    await waitForEngine(log)
  })
}

async function startEngine(): Promise<void> {
  await removeStaleState()
  if (!(await canGrantSysResource())) await installRuncWrapper()
  await mkdir(cachePath('engine'), { recursive: true })
  const log = openSync(engineLog(), 'w')
  const child = spawn(findProgram('dockerd') ?? 'dockerd', [], {
    stdio: ['ignore', log, log],
    detached: true,
    cwd: '/',
  })
  closeSync(log)
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject))
  child.unref()
  const identity = child.pid === undefined ? undefined : processIdentity(child.pid)
  if (identity) await writeFile(pidFile(), identity)
}

/** A kind node needs nearly twenty inotify instances, and Linux gives 128 to root: raised as kind's docs advise. */
export async function raiseInotifyLimit(): Promise<void> {
  const file = '/proc/sys/fs/inotify/max_user_instances'
  const now = Number(await readFile(file, 'utf8').catch(() => '512'))
  if (now < 512) await writeFile(file, '512').catch(() => {}) // not root, or read-only: fewer nodes, then
}

/** Polls: an engine says that it is ready by answering. */
async function waitForEngine(log: string): Promise<void> {
  const end = Date.now() + startTimeout
  while (!(await engineAnswers())) {
    const ended = (await ownEngine()) === undefined
    if (ended || Date.now() > end) {
      const said = await readFile(engineLog(), 'utf8').catch(() => '')
      await appendFile(log, said)
      throw new Error(`dockerd ${ended ? 'ended' : 'does not answer'}: ${said.trimEnd().split('\n').at(-1) ?? ''}`)
    }
    await sleep(100)
  }
}

/** Removes what a killed engine left: pid files whose process is gone or is another program, dead sockets. */
async function removeStaleState(): Promise<void> {
  const pids = {
    '/var/run/docker.pid': 'dockerd',
    '/var/run/docker/containerd/containerd.pid': 'containerd',
  }
  for (const [file, program] of Object.entries(pids)) {
    const pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10)
    const comm = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
    if (comm.trim() !== program) await rm(file, { force: true })
  }
  // dockerd uses a system containerd if this socket exists, even if nobody listens on it
  const socket = '/run/containerd/containerd.sock'
  if (!(await listens(socket))) await rm(socket, { force: true })
}

function listens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => (socket.destroy(), resolve(true)))
    socket.once('error', () => resolve(false))
  })
}

/** Stops the engine if the lab started it; gives false if there is nothing to stop. */
export async function stopEngine(): Promise<boolean> {
  const identity = await ownEngine()
  if (identity === undefined) return false
  process.kill(pidOf(identity), 'SIGTERM')
  // the engine gives every container ten seconds to end
  for (const end = Date.now() + 60_000; isAlive(identity); await sleep(100)) {
    if (Date.now() > end) throw new Error(`dockerd (pid ${pidOf(identity)}) does not end`)
  }
  await rm(pidFile(), { force: true })
  return true
}

/** What `status` says about the engine. */
export async function engineSummary(): Promise<string> {
  if (!findProgram('docker') || !(await engineAnswers())) return 'not running'
  const format = '{{.ServerVersion}}, runtime {{.DefaultRuntime}}, cgroup v{{.CgroupVersion}}, {{.Driver}}'
  const info = (await docker(['info', '--format', format])).stdout.trim()
  return `${info}${(await ownEngine()) ? ', started by the lab' : ''}`
}
