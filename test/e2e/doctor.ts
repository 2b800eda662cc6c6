import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PullPlanDocument } from '../../src/model/pull-plan.ts'
import type { Report } from '../../src/model/report.ts'

const program = fileURLToPath(new URL('../../bin/registry-doctor.js', import.meta.url))

export interface DoctorRun {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** A run that is under way. */
export interface StartedDoctor {
  readonly ended: Promise<DoctorRun>
  /** As a terminal, a supervisor or the kernel ends it. */
  kill(signal: NodeJS.Signals): void
}

/**
 * Starts the built tool as a user does.
 * @param by a command that runs it
 */
export function startDoctor(args: readonly string[], env: NodeJS.ProcessEnv = {}, by: readonly string[] = []): StartedDoctor {
  const [command, ...words] = [...by, process.execPath, program, ...args]
  let kill: StartedDoctor['kill'] = () => undefined
  const ended = new Promise<DoctorRun>((resolve) => {
    const child = execFile(command!, words, { env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ exitCode: error ? Number(error.code ?? -1) : 0, stdout, stderr })
    })
    kill = (signal) => void child.kill(signal)
  })
  return { ended, kill }
}

/** Runs the built tool as a user does. */
export const doctor = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<DoctorRun> => startDoctor(args, env).ended

/** One live run in all formats. */
export async function examine(...args: string[]): Promise<{ run: DoctorRun; report: Report; junit: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'registry-doctor-e2e-'))
  try {
    const run = await doctor([...args, '-o', 'terminal', '-o', `json=${folder}/r.json`, '-o', `junit=${folder}/r.xml`])
    if (!existsSync(`${folder}/r.json`)) throw new Error(`no report was written (exit ${run.exitCode}): ${run.stderr}${run.stdout}`)
    const [json, junit] = await Promise.all([readFile(`${folder}/r.json`, 'utf8'), readFile(`${folder}/r.xml`, 'utf8')])
    return { run, report: JSON.parse(json) as Report, junit }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** What the tool says that the kubelet of a node will write of a pull; undefined where it says that it works. */
export async function predictedText(cluster: string, node: string, image: string): Promise<string | undefined> {
  const { stdout } = await doctor(['explain', image, '--cluster', cluster, '-o', 'json'])
  const { plans } = JSON.parse(stdout) as PullPlanDocument
  return plans.find((one) => one.node === node)?.error?.text
}
