import type { CodeInfo } from './code-info.ts'

/** What the Kubernetes API holds for tools. */
export const apiCodes = {
  'hosting-configmap-missing': {
    severity: 'warning',
    title: 'the ConfigMap that tells tools of the local registry is missing',
    explanation:
      'Tools such as Tilt and Skaffold find the local registry through the ConfigMap kube-public/local-registry-hosting (KEP-1755). ' +
      'Without it they push elsewhere or ask for a registry. Pulls are not affected.',
    repair: 'Create the ConfigMap.',
  },
  'hosting-configmap-wrong': {
    severity: 'warning',
    title: 'the ConfigMap that tells tools of the local registry is wrong',
    explanation:
      'The ConfigMap kube-public/local-registry-hosting (KEP-1755) cannot be read, or names a host at which this registry does not answer. ' +
      'Tools that follow it push to the wrong place.',
    repair: 'Correct the ConfigMap.',
  },
} as const satisfies Record<string, CodeInfo>
