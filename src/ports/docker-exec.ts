import type Docker from 'dockerode'
import type { ExecOutcome } from './docker.ts'
import { demultiplex, stderrLineMs } from './docker-stream.ts'
import { collectTimed } from './streams.ts'

const maxOutputBytes = 1_048_576

/** Runs a process in a container to its end. An abort ends the waiting, not the process. */
export async function execIn(docker: Docker, container: string, argv: readonly string[], abortSignal: AbortSignal): Promise<ExecOutcome> {
  const exec = await docker.getContainer(container).exec({ Cmd: [...argv], AttachStdout: true, AttachStderr: true, abortSignal })
  const stream = await exec.start({ hijack: false, stdin: false, abortSignal })
  const output = await collectTimed(stream, maxOutputBytes)
  const { stdout, stderr } = demultiplex(output.bytes)
  const { ExitCode } = await exec.inspect({ abortSignal })
  return { exitCode: ExitCode ?? -1, stdout, stderr, lineMs: stderrLineMs(output) }
}
