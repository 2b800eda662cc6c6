import { isMissing } from './pull-consequences.ts'
import { because, clusterOf, type Rule } from './rule.ts'

/**
 * k3s reads registries.yaml before it starts containerd. Where it refuses the file it tries again without end, or ends and is
 * started again; a node that was stopped by hand ended otherwise. Source: k3s, pkg/agent/config/config.go (Get).
 */
export const refusedStart: Rule = (finding, cause) =>
  cause.code === 'registries-yaml-invalid' &&
  (finding.code === 'cri-not-available' ||
    (finding.code === 'node-not-running' && (finding.data['state'] === 'restarting' || finding.data['exitCode'] === 1))) &&
  finding.subject.cluster === clusterOf(cause) &&
  Array.isArray(cause.data['nodes']) &&
  cause.data['nodes'].includes(finding.subject.name)
    ? because(`registries.yaml of ${cause.subject.name}`, cause.message)
    : null

/** That an error hides a 404, and that a flag does not keep it from that, matters only while there is a 404. */
export const uselessFlag: Rule = (finding, cause) => {
  const { images } = finding.data
  const isHidden =
    finding.code === 'default-endpoint-flag-ineffective' &&
    isMissing(cause) &&
    clusterOf(cause) === clusterOf(finding) &&
    Array.isArray(images) &&
    images.includes(cause.subject.name)
  return isHidden ? because(`what keeps pods from ${cause.subject.name}`, cause.message) : null
}
