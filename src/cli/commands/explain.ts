import { parseImageReference } from '../../containerd/image-reference.ts'
import { explain as explainLive } from '../../engine/explain.ts'
import type { WantedPod } from '../../engine/find-pod.ts'
import { planError } from '../../engine/plan-document.ts'
import { replaySession } from '../../engine/session.ts'
import type { PullPlanDocument } from '../../model/pull-plan.ts'
import { planReporters } from '../../reporters/index.ts'
import { documented } from '../documented.ts'
import { runLive } from '../live.ts'
import type { SharedOptions } from '../options.ts'
import { readBundle } from '../read-bundle.ts'
import { bundleSelection, selectionOf } from '../selection.ts'
import { UsageError } from '../usage-error.ts'
import { checkKubeconfig } from './check.ts'

export interface ExplainArguments extends Omit<SharedOptions, 'check' | 'skip' | 'failOn' | 'registry'> {
  readonly pod?: string
  readonly namespace?: string
  readonly certsD?: string
  readonly configToml?: string
  readonly containerdVersion?: string
}

/** Says per node what comes of pulling an image, or those of a pod, and writes it. Returns the exit code. */
export function explain(image: string | undefined, options: ExplainArguments, env: NodeJS.ProcessEnv): Promise<number> {
  const startedAt = new Date().toISOString()
  const mode = options.certsD !== undefined ? 'files' : options.from === undefined ? 'live' : 'bundle'
  const failed = (exitCode: number, error: { code: string; message: string }): PullPlanDocument =>
    planError({ startedAt, durationMs: Date.now() - Date.parse(startedAt), mode }, exitCode, error)
  return documented(options, env, planReporters, () => explainAsAsked(image, options, env, failed), failed)
}

async function explainAsAsked(
  image: string | undefined,
  options: ExplainArguments,
  env: NodeJS.ProcessEnv,
  failed: (exitCode: number, error: { code: string; message: string }) => PullPlanDocument,
): Promise<PullPlanDocument> {
  if (usesFiles(options)) return explainGiven(image, options, env)
  const asked = whatIsAsked(image, options)
  checkKubeconfig(options.kubeconfig)
  if (options.from !== undefined) {
    const bundle = await readBundle(options.from)
    return explainLive(replaySession(bundle.observations).look, { selection: bundleSelection(bundle, options), asked, mode: 'bundle' })
  }
  const selection = selectionOf(options)
  return runLive(options, env, ({ session }) => explainLive(session.look, { selection, asked, mode: 'live' }), failed)
}

const usesFiles = ({ certsD, configToml, containerdVersion }: ExplainArguments): boolean =>
  [certsD, configToml, containerdVersion].some((one) => one !== undefined)

async function explainGiven(image: string | undefined, options: ExplainArguments, env: NodeJS.ProcessEnv): Promise<PullPlanDocument> {
  const { certsD, configToml, containerdVersion, cluster, from, pod, namespace, context, kubeconfig, provider } = options
  const others = { '--cluster': cluster[0], '--from': from, '--pod': pod, '--namespace': namespace, '--context': context }
  const live = Object.entries({ ...others, '--kubeconfig': kubeconfig, '--provider': provider }).find(([, value]) => value !== undefined)
  if (live) throw new UsageError(`${live[0]} is about clusters; with --certs-d files alone are explained`)
  if (certsD === undefined) throw new UsageError('--config-toml and --containerd-version go with --certs-d DIR')
  if (containerdVersion === undefined) throw new UsageError('--certs-d needs --containerd-version: what the files mean depends on it')
  const [{ explainFiles }, { localFiles }, { machineKey }, { createRedactor }] = await Promise.all([
    import('../../engine/explain-files.ts'),
    import('../../observe/local-files.ts'),
    import('../../ports/files.ts'),
    import('../../redact/redact.ts'),
  ])
  const given = { certsD, containerdVersion, ...(configToml !== undefined && { configToml }) }
  return explainFiles(validImage(image), given, localFiles(createRedactor(await machineKey(env))))
}

/** The image, or the pod whose images are meant. */
export function whatIsAsked(
  image: string | undefined,
  { pod, namespace }: Pick<ExplainArguments, 'pod' | 'namespace'>,
): { readonly image: string } | WantedPod {
  if (pod === undefined && namespace !== undefined) throw new UsageError('--namespace goes with --pod')
  if (pod === undefined) return { image: validImage(image) }
  if (image !== undefined) throw new UsageError('an image or --pod NAME, not both')
  const [, before, name = ''] = /^(?:([^/]*)\/)?(.*)$/.exec(pod)!
  if (before !== undefined && namespace !== undefined && before !== namespace)
    throw new UsageError(`the pod ${pod} is not in the namespace ${namespace}`)
  const wanted = before ?? namespace
  for (const [what, word] of [
    ['pod', name],
    ['namespace', wanted],
  ] as const)
    if (word !== undefined && !/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/.test(word))
      throw new UsageError(`"${word}" is no name of a ${what}`)
  return { pod: name, ...(wanted !== undefined && { namespace: wanted }) }
}

/** What no kubelet would try to pull is told in the kubelet's own words. */
function validImage(image: string | undefined): string {
  if (image === undefined) throw new UsageError('name an image, or a pod with --pod NAME')
  const reference = parseImageReference(image)
  if ('error' in reference) throw new UsageError(reference.error, 'invalid-image')
  return image
}
