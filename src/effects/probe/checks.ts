import type { CheckInfo } from '../../checks/define-check.ts'
import { answerCodes } from '../../model/answer-codes.ts'

/** That an image gets from this machine into the registry. */
export const pushCheck: CheckInfo = {
  id: 'probe/push',
  per: 'cluster-registry',
  title: 'an image can be pushed to the registry',
  why: 'A tiny image of its own is sent to the registry, every part of it, as `docker push` would.',
  finds: ['registry-hanging', 'registry-not-answering', 'registry-server-error'],
}

/** That a node gets the image and runs it. */
export const runCheck: CheckInfo = {
  id: 'probe/run',
  per: 'node',
  title: 'the node pulls the image and runs it',
  why: 'A pod on every node pulls the image by every registry host that leads to the registry, and runs it: what pods need, and nothing that could answer in its place.',
  finds: [
    'image-not-in-registry',
    'registry-emptied',
    'registry-content-incomplete',
    'image-platform-mismatch',
    'node-disk-full',
    'pull-queue-blocked',
    'pull-policy-never',
    'image-name-invalid',
    'image-not-pushed',
    ...answerCodes,
    'container-not-started',
    'in-cluster-pull-failed',
  ],
}

/** What a probe judges, beside the checks. */
export const probeChecks: readonly CheckInfo[] = [pushCheck, runCheck]
