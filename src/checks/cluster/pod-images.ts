import { causesInRegistriesYaml } from '../../derive/k3s-cause.ts'
import { judgedSymptoms } from '../../derive/judged-symptoms.ts'
import { ObservationFailure } from '../../model/observation.ts'
import { defineCheck } from '../define-check.ts'

export default defineCheck({
  id: 'cluster/pod-images',
  per: 'cluster',
  title: 'every pod gets its image from the local registry',
  why: "Pods that wait for an image of a local registry are asked after from their own node: with its containerd's client, its configuration and its requests, down to the parts of the image. The kubelet's message names one of several requests, and before Kubernetes 1.32 none.",
  finds: [
    'image-not-pushed',
    'image-not-in-registry',
    'registry-emptied',
    'registry-content-incomplete',
    'image-platform-mismatch',
    'image-name-invalid',
    'error-masks-not-found',
    'registry-auth-required',
    'registry-forbids',
    'registry-rate-limits',
    'registry-server-error',
    'node-disk-full',
    'pull-queue-blocked',
    'pull-policy-never',
    'in-cluster-pull-failed',
    'hosts-toml-missing',
    ...causesInRegistriesYaml,
    'default-endpoint-flag-ineffective',
  ],
  async run(look, { cluster, registries }) {
    const { findings, unjudged } = await judgedSymptoms(look, cluster, registries)
    if (findings.length > 0 || !unjudged) return findings
    throw new ObservationFailure('node.trace', unjudged.code, unjudged.reason)
  },
})
