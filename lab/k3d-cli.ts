/** The real k3d, with the lab's images where it would pull its own. */
import { binaryPath } from './binaries.ts'
import { k3d } from './programs.ts'
import { run, type RunOptions, type RunResult } from './run.ts'
import { ensureHelloImage } from './small-images.ts'

/** k3d's default file is that of $KUBECONFIG; most of its commands take no other. */
export async function k3dCli(args: readonly string[], kubeconfig: string | undefined, options: RunOptions): Promise<RunResult> {
  // k3d only starts and removes its tools container on Linux: any image does that runs until it is told to end
  const env = { K3D_IMAGE_TOOLS: await ensureHelloImage(), ...(kubeconfig !== undefined && { KUBECONFIG: kubeconfig }) }
  return run(binaryPath(k3d, 'k3d'), args, { ...options, env })
}
