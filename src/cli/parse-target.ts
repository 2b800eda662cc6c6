import type { Target } from '../engine/target.ts'
import { UsageError } from './usage-error.ts'

/** Names of kinds as kubectl takes them. */
const kinds: { readonly [word: string]: Target['kind'] } = {
  pod: 'pod',
  pods: 'pod',
  po: 'pod',
  deploy: 'deploy',
  deployment: 'deploy',
  deployments: 'deploy',
  rs: 'rs',
  replicaset: 'rs',
  replicasets: 'rs',
  sts: 'sts',
  statefulset: 'sts',
  statefulsets: 'sts',
  ds: 'ds',
  daemonset: 'ds',
  daemonsets: 'ds',
  job: 'job',
  jobs: 'job',
}

/**
 * `pod/NAME` or `deploy/NAME`, as kubectl takes them.
 * @throws UsageError where it is neither
 */
export function parseTarget(word: string): Target {
  const [kind = '', name = '', ...rest] = word.split('/')
  const known = kinds[kind.toLowerCase()]
  if (known === undefined || name === '' || rest.length > 0)
    throw new UsageError(`"${word}" is nothing to examine: give pod/NAME, deploy/NAME, sts/NAME, ds/NAME or job/NAME`)
  return { kind: known, name }
}
