import type { Code } from './codes.ts'
import type { PullErrorClass } from './pull-error.ts'

/** What a class of pull errors says by itself. */
export interface PullErrorMeaning {
  /** The code of the fault that it usually is. The doctor finds the cause by asking; this is for what to read on. */
  readonly code: Code
  /** What happened, as the end of a sentence that begins with where the image is from. */
  readonly meaning: string
}

/** Every class of pull errors with what it means where nothing else is known. */
export const pullErrorMeanings: { readonly [C in PullErrorClass]: PullErrorMeaning } = {
  'connection-refused': { code: 'registry-unreachable-from-node', meaning: 'the connection is refused' },
  'dns-failure': { code: 'registry-name-unresolvable', meaning: 'its name does not resolve on the node' },
  timeout: { code: 'registry-hanging', meaning: 'it gives no answer in time' },
  'no-route': { code: 'registry-unreachable-from-node', meaning: 'there is no way to it from the node' },
  'http-response-to-https': { code: 'http-registry-asked-over-https', meaning: 'it is asked over HTTPS and speaks plain HTTP' },
  'tls-untrusted': { code: 'registry-certificate-untrusted', meaning: 'the node does not trust its certificate' },
  'tls-hostname': { code: 'registry-certificate-wrong-name', meaning: 'its certificate is for another name' },
  'tls-expired': { code: 'registry-certificate-expired', meaning: 'its certificate is not valid at this time' },
  'tls-handshake': { code: 'registry-not-answering', meaning: 'it does not speak TLS as it is asked to' },
  'not-found': { code: 'image-not-in-registry', meaning: 'it does not hold the image' },
  'platform-mismatch': { code: 'image-platform-mismatch', meaning: 'the image is not made for the platform of the node' },
  unauthorized: { code: 'registry-auth-required', meaning: 'it wants credentials, or there is no such image' },
  forbidden: { code: 'registry-forbids', meaning: 'it forbids the pull' },
  'rate-limited': { code: 'registry-rate-limits', meaning: 'it refuses because of too many requests' },
  'server-error': { code: 'registry-server-error', meaning: 'it fails with an error of its own' },
  'proxy-error': { code: 'node-proxy-in-the-way', meaning: 'the proxy of the node does not get there' },
  'disk-full': { code: 'node-disk-full', meaning: 'the node has no room for the image' },
  'short-read': { code: 'registry-content-incomplete', meaning: 'what it sends ends too early' },
  'not-an-image': { code: 'registry-not-answering', meaning: 'what it sends is no image' },
  'invalid-name': { code: 'image-name-invalid', meaning: 'the name of the image is none' },
  'never-pull': { code: 'pull-policy-never', meaning: 'the image is not on the node, and imagePullPolicy Never forbids to pull it' },
  'pull-qps': { code: 'pull-queue-blocked', meaning: 'the kubelet limits how often it pulls' },
  cancelled: { code: 'registry-hanging', meaning: 'the pull made no progress and was given up' },
  'cri-unavailable': { code: 'cri-not-available', meaning: "the node's containerd does not answer the kubelet" },
  unknown: { code: 'in-cluster-pull-failed', meaning: 'the kubelet gives no reason that is known' },
}
