import { filesOf, type Files } from '../containerd/files.ts'
import { kubeletText } from '../containerd/kubelet-text.ts'
import { pullPlan, type PullPlan } from '../containerd/pull-plan.ts'
import { resolveErrorClass } from '../containerd/errors.ts'
import { lacking, resolveImage } from '../containerd/resolve.ts'
import { someCertificate } from '../containerd/some-certificate.ts'
import { rulesOf } from '../containerd/version-rules.ts'
import type { NodePullPlan, PullError, PullPlanDocument } from '../model/pull-plan.ts'
import type { LocalFiles } from '../observe/local-files.ts'
import { readGivenFiles, type FilesToExplain, type GivenFiles } from './given-files.ts'
import { planDocument } from './plan-document.ts'
import { crashError, plannedPull } from './planned-pull.ts'
import { supposedPulls } from './supposed-pulls.ts'

/**
 * Says from files alone what containerd would do for an image. Asks nobody.
 * @throws SelectionError where the version is none, or a directory or file cannot be read
 */
export async function explainFiles(image: string, asked: FilesToExplain, local: LocalFiles): Promise<PullPlanDocument> {
  const startedAt = new Date().toISOString()
  const started = performance.now()
  const plan = judge(image, await readGivenFiles(asked, local))
  return planDocument({ startedAt, durationMs: Math.round(performance.now() - started), mode: 'files' }, [{ plan }])
}

function judge(image: string, given: GivenFiles): NodePullPlan {
  const { version, config } = given
  const [unreadable] = config.unreadable
  if (unreadable) {
    const text = `${unreadable.file}: ${unreadable.why}`
    const error = { class: 'cri-unavailable' as const, text: `containerd does not start: ${text}` }
    return { image, containerd: version.text, endpoints: [], attempts: [], outcome: 'fails', reason: text, error }
  }
  const { plan, notes } = planWith(image, given)
  const planned = plannedPull(image, given, plan)
  const error = errorOf(image, given, plan)
  const base = { ...planned, ...(notes.length > 0 && { notes }) }
  if (error) return { ...base, outcome: 'fails', error }
  if (plan.kind === 'plan' && plan.endpoints.kind === 'unseen')
    return { ...base, outcome: 'unknown', reason: `${plan.endpoints.path} decides, and is not among the given files` }
  return { ...base, outcome: 'unknown', reason: 'nothing was asked', supposed: supposedPulls(image, version, plan) }
}

/** The plan. Certificates outside of what was given are taken for readable ones: as a rule they are the system's. */
function planWith(image: string, { version, config, files, notes }: GivenFiles): { plan: PullPlan; notes: string[] } {
  const assumed = new Set<string>()
  const beyond = (): Files => filesOf([...assumed].map((path) => ({ path, answer: { entries: { [path]: someCertificate } } })))
  const both: Files = {
    find: (path) => {
      const found = files.find(path)
      return 'unseen' in found && assumed.has(path) ? beyond().find(path) : found
    },
    list: files.list,
  }
  for (;;) {
    const plan = pullPlan(version, config.settings, both, image)
    const path = plan.kind === 'plan' && plan.endpoints.kind === 'unseen' ? plan.endpoints.path : undefined
    if (path === undefined || assumed.has(path))
      return { plan, notes: [...notes, ...[...assumed].map((one) => `${one} of the node: taken for what it should be`)] }
    assumed.add(path)
  }
}

/** The error with which the pull ends whatever the registries say; undefined where they decide. */
function errorOf(image: string, { version }: GivenFiles, plan: PullPlan): PullError | undefined {
  if (plan.kind === 'invalid-image') return { class: 'invalid-name', text: plan.image.error }
  const { endpoints, path, image: reference } = plan
  if (endpoints.kind === 'crash') return crashError(image)
  if (path.path === 'none') return { class: 'cri-unavailable', text: path.text }
  const rules = rulesOf(version)
  const code = (text: string): 'NotFound' | 'Unknown' => (text.endsWith(': not found') ? 'NotFound' : 'Unknown')
  const textOf = (text: string): string => kubeletText(image, reference, { text, code: code(text) }, path.path, { rules })
  if (endpoints.kind === 'error') return { class: resolveErrorClass(endpoints.text), text: textOf(endpoints.text) }
  if (endpoints.kind !== 'endpoints' || endpoints.endpoints.some((one) => lacking(reference, one).length === 0)) return undefined
  const resolved = resolveImage(reference, endpoints.endpoints, rules, () => ({ status: 200 }))
  return resolved.outcome === 'fails' ? { class: resolveErrorClass(resolved.error.text), text: textOf(resolved.error.text) } : undefined
}
