import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { containerName, probePod, serviceAccount, serviceAccountName } from '../../../src/effects/probe/pod.ts'

interface Pod {
  readonly metadata: { readonly name: string }
  readonly spec: { readonly [name: string]: unknown } & { readonly containers: readonly Container[]; readonly securityContext: Security }
}
interface Container {
  readonly name: string
  readonly image: string
  readonly securityContext: Security
  readonly [name: string]: unknown
}
interface Security {
  readonly [name: string]: unknown
}

const images = ['localhost:5001', 'kind-registry:5000'].map((registryHost) => ({
  registryHost,
  reference: `${registryHost}/registry-doctor/probe@sha256:${'0'.repeat(64)}`,
}))
const { spec } = probePod('on-dev-worker', 'dev-worker', images, 50) as unknown as Pod

// kubernetes.io/docs/concepts/security/pod-security-standards (v1.34), Restricted, which includes Baseline: each rule as the
// standard allows it. A field that is not set is named where the standard allows that.
describe('a pod of a probe keeps to the restricted Pod Security Standard', () => {
  const ofEach = (of: (context: Security) => unknown): unknown[] => spec.containers.map((one) => of(one.securityContext))

  test.each(['hostNetwork', 'hostPID', 'hostIPC', 'hostUsers'])('host namespaces: %s is not set', (field) =>
    expect(spec).not.toHaveProperty(field),
  )
  test('host process, privileged, procMount, SELinux, AppArmor: nothing is set', () => {
    for (const context of [spec.securityContext, ...spec.containers.map((one) => one.securityContext)])
      for (const field of ['windowsOptions', 'privileged', 'procMount', 'seLinuxOptions', 'appArmorProfile', 'sysctls'])
        expect(context).not.toHaveProperty(field)
  })
  test('host paths, volume types: no volumes', () => expect(spec).not.toHaveProperty('volumes'))
  test('host ports, probes and lifecycle hooks on hosts: none', () => {
    for (const one of spec.containers)
      for (const field of ['ports', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle']) expect(one).not.toHaveProperty(field)
  })
  test('privilege escalation', () => expect(ofEach((one) => one['allowPrivilegeEscalation'])).toEqual([false, false]))
  test('running as non-root', () => {
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true })
    expect(spec.securityContext['runAsUser']).not.toBe(0)
    expect(ofEach((one) => [one['runAsNonRoot'], one['runAsUser']])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ])
  })
  test('seccomp', () => {
    expect(spec.securityContext).toMatchObject({ seccompProfile: { type: 'RuntimeDefault' } })
    expect(ofEach((one) => one['seccompProfile'])).toEqual([undefined, undefined])
  })
  test('capabilities', () => expect(ofEach((one) => one['capabilities'])).toEqual([{ drop: ['ALL'] }, { drop: ['ALL'] }]))
})

test('what a quota or a LimitRange can ask for is said: requests and limits, requests not above limits', () => {
  for (const { resources } of spec.containers)
    expect(resources).toEqual({
      requests: { cpu: expect.any(String), memory: expect.any(String) },
      limits: { cpu: '500m', memory: '64Mi' },
    })
})

test('nothing keeps it from its node: no scheduler, no cordon, no taint', () => {
  expect(spec).toMatchObject({ nodeName: 'dev-worker', tolerations: [{ operator: 'Exists' }] })
  for (const field of ['nodeSelector', 'affinity', 'schedulerName', 'topologySpreadConstraints']) expect(spec).not.toHaveProperty(field)
})

test('it runs once, is pulled each time, ends by itself and knows no secrets', () => {
  expect(spec).toMatchObject({
    restartPolicy: 'Never',
    activeDeadlineSeconds: 50,
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    serviceAccountName,
  })
  expect(spec).not.toHaveProperty('imagePullSecrets')
  expect(serviceAccount()).toMatchObject({ metadata: { name: serviceAccountName }, automountServiceAccountToken: false })
  expect(spec.containers.map((one) => [one.name, one.image, one['imagePullPolicy']])).toEqual(
    images.map(({ reference }, nth) => [containerName(nth), reference, 'Always']),
  )
})

test('every container has a name of its own that the API takes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), (count) => {
      const pod = probePod('on-n', 'n', Array(count).fill(images[0]), 50) as unknown as Pod
      const names = pod.spec.containers.map((one) => one.name)
      expect(new Set(names).size).toBe(count)
      for (const name of names) expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)
    }),
  )
})
