import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { placeOf } from '../../lab/place.ts'
import { kubectlPath } from '../../lab/index.ts'

/** What the user's kubeconfig has of a cluster of the lab, as JSON. */
export async function kubeconfigOf(cluster: string): Promise<string> {
  const { context } = await placeOf(cluster)
  const args = ['config', 'view', '--raw', '--minify', '--context', context, '-o', 'json']
  return (await promisify(execFile)(kubectlPath() ?? 'kubectl', args)).stdout
}
