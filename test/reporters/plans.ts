import { explain, type ExplainOptions } from '../../src/engine/explain.ts'
import { planError } from '../../src/engine/plan-document.ts'
import type { Session } from '../../src/engine/session.ts'
import type { NodePullPlan, PullPlanDocument } from '../../src/model/pull-plan.ts'
import { hostsTomlWith, kind, mirrorsAndConfigPath, noCerts } from '../sessions/kind.ts'

const image = 'localhost:5001/lab/hello:1'
const absent = 'localhost:5001/registry-doctor/absent:none'

/** Explains in a made-up world; recorded traces have no times, so each answer gets some. */
async function explained(session: Session, asked: ExplainOptions['asked'] = { image }): Promise<PullPlanDocument> {
  const document = await explain(session.look, { selection: { clusters: [] }, asked, mode: 'live' })
  const timed = (plan: NodePullPlan, at: number): NodePullPlan => ({
    ...plan,
    attempts: plan.attempts.map((attempt, nth) => ({ ...attempt, ms: 3 * at + nth })),
  })
  return { ...document, plans: document.plans.map(timed) }
}

const pod = {
  namespace: 'shop',
  name: 'app',
  node: 'dev-worker',
  hasPullSecrets: false,
  containers: [
    { name: 'wait', kind: 'init', image: absent },
    { name: 'app', kind: 'container', image, pullPolicy: 'Always' },
    { name: 'log', kind: 'container', image, pullPolicy: 'Never' },
  ],
} as const

const served = await explained(kind())

/** The documents that people will see, one per kind of outcome. */
export const plans: Readonly<Record<string, PullPlanDocument>> = {
  'plan-served': served,
  'plan-differs': await explained(kind({ nodes: { worker2: noCerts } })),
  'plan-not-found-hidden': await explained(kind({ everyNode: { containerd: '1.7.34' } }), { image: absent }),
  'plan-rejected': await explained(
    kind({ everyNode: hostsTomlWith('[host."http://kind-registry:5000"]\ncapabilities = ["pul"]\n', 'bad-capability') }),
  ),
  'plan-skipped': await explained(
    kind({ everyNode: hostsTomlWith('[host."http://kind-registry:5000"]\ncapabilities = ["push"]\n', 'mirror-not-for-pulls') }),
  ),
  'plan-hanging': await explained(kind({ registry: { state: 'paused' } })),
  'plan-unauthorized': await explained(kind({ registry: { serves: 'unauthorized' } })),
  'plan-cri-not-loaded': await explained(kind({ everyNode: mirrorsAndConfigPath })),
  'plan-pod': await explained(kind({ pods: [pod] }), { pod: 'app' }),
  'plan-unknown': await explained(kind({ fails: ['node.trace'], nodes: { worker2: { state: 'exited' } } })),
  'plan-several-clusters': await explained(kind({ workers: 0, also: { staging: { workers: 0 } } })),
  'plan-difference': {
    ...served,
    plans: served.plans.map((one) => ({ ...one, difference: { expected: 'HEAD http://a/v2/x', saw: 'HEAD /v2/x at b' } })),
  },
  'plan-no-engine': planError({ startedAt: '2026-11-21T10:00:00.000Z', durationMs: 4, mode: 'live' }, 3, {
    code: 'docker-unreachable',
    message: 'no Docker engine answers at unix:///var/run/docker.sock (ENOENT)',
  }),
}
