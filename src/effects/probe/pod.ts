import type { Json } from '../../model/json.ts'

/** An image that a pod of a probe runs, with the registry host by which it is pulled. */
export interface ProbedImage {
  readonly registryHost: string
  /** `HOST/registry-doctor/probe@sha256:…` */
  readonly reference: string
}

/** The container of a pod that pulls by the nth registry host. */
export const containerName = (nth: number): string => `by-${nth}`

export const serviceAccountName = 'probe'

/** A service account of the probe's own: the namespace's default one comes late, and not at all without its controller. */
export const serviceAccount = (): Json => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: serviceAccountName },
  automountServiceAccountToken: false,
})

/** No policy for pods (restricted, Pod Security Standards) and no quota asks for more than this. */
const securityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
}
const resources = { requests: { cpu: '1m', memory: '1Mi' }, limits: { cpu: '500m', memory: '64Mi' } }

/**
 * The pod that pulls and runs the probe's images on a node. It is bound to its node, so no scheduler and no cordon keeps it
 * away; it tolerates every taint, and ends by itself where nobody is left to remove it.
 */
export const probePod = (name: string, node: string, images: readonly ProbedImage[], limitSeconds: number): Json => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'registry-doctor', 'app.kubernetes.io/component': 'probe' } },
  spec: {
    nodeName: node,
    restartPolicy: 'Never',
    tolerations: [{ operator: 'Exists' }],
    activeDeadlineSeconds: limitSeconds,
    terminationGracePeriodSeconds: 0,
    serviceAccountName,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, seccompProfile: { type: 'RuntimeDefault' } },
    containers: images.map(({ reference }, nth) => ({
      name: containerName(nth),
      image: reference,
      imagePullPolicy: 'Always',
      securityContext,
      resources,
    })),
  },
})
