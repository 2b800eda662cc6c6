/** A containerd of a version in a root of its own, from one configuration to the next. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { listImages } from './cri.ts'

const startTimeout = 60_000

export class Daemon {
  /** Where it listens, for who works in its root: a socket's path may not be long. */
  readonly socket = 'run/containerd/containerd.sock'
  readonly #root: string
  #process: ChildProcess | undefined
  #said = ''

  constructor(root: string) {
    this.#root = root
  }

  /** Starts it, and waits until it takes pulls. Gives the reason where the CRI does not load. */
  async start(configToml: string, environment: Record<string, string>): Promise<string | undefined> {
    await this.stop()
    for (const path of ['var/lib/containerd', 'run/containerd']) rmSync(join(this.#root, path), { recursive: true, force: true })
    mkdirSync(join(this.#root, 'etc/containerd'), { recursive: true })
    writeFileSync(join(this.#root, 'etc/containerd/config.toml'), configToml)
    this.#said = ''
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...environment }
    const child = spawn('chroot', [this.#root, '/bin/containerd'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
    this.#process = child
    child.stderr.on('data', (chunk: Buffer) => (this.#said += chunk.toString()))
    const end = Date.now() + startTimeout
    await this.says('containerd successfully booted', 0)
    // The CRI becomes ready on its own after that.
    for (;;) {
      const { code, message } = await listImages(this.socket)
      if (code === 'OK') return undefined
      if (code === 'Unimplemented') return this.#whyNotLoaded()
      if (Date.now() > end) throw new Error(`the CRI does not become ready: ${message}\n${this.#said}`)
      await sleep(20)
    }
  }

  async stop(): Promise<void> {
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('close', resolve))
  }

  /** What it said until now. */
  get said(): string {
    return this.#said
  }

  /** Waits for words in its log, behind what it had said. */
  says(words: string, from: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = this.#process!
      const fail = (why: string): void => reject(new Error(`containerd ${why}, no '${words}':\n${this.#said}`))
      const timer = setTimeout(() => fail('is silent'), startTimeout)
      const look = (): void => {
        if (!this.#said.includes(words, from)) return
        clearTimeout(timer)
        child.stderr!.off('data', look)
        child.off('close', ended)
        resolve()
      }
      const ended = (): void => fail('ended')
      child.stderr!.on('data', look)
      child.once('close', ended)
      look()
      child.once('error', reject)
    })
  }

  #whyNotLoaded(): string {
    const line = this.#said.split('\n').find((one) => /failed to load plugin/.test(one) && /cannot be set/.test(one))
    return /error="(?:[^"\\]|\\.)*?(`(?:[^"\\]|\\.)*)"/.exec(line ?? '')?.[1] ?? `not loaded: ${this.#said}`
  }
}
