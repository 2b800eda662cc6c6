import { statusForms } from './status-forms.ts'

/** As Go's %q writes it. */
const quoted = String.raw`"[^"\\]*(?:\\.[^"\\]*)*"`

/**
 * What is put before an error on its way to the pod: each tells where it passed, none what happened.
 * Sources: Kubernetes v1.25.16 and v1.36.1, pkg/kubelet/images/image_manager.go; client-go v0.36.0, tools/record/events_cache.go;
 * kubectl v0.36.0, pkg/describe/describe.go; containerd v1.6.36 to v2.3.4, image_pull.go of the CRI, client/pull.go,
 * core/transfer/local/pull.go, core/remotes/docker and core/unpack; go.podman.io/image v5.38.0, copy, docker and storage, with
 * `Error` and in capitals before containers/image v5.16.0; CRI-O v1.34.0, internal/storage/image.go; moby v28.5.2,
 * client/request.go and distribution; Go 1.26, net/url (Error), without quotes before Go 1.14.
 */
const wrappers = [
  // kubectl describe and the event recorder
  String.raw`spec\.\w+\{[^}\s]*\}: `,
  String.raw`\(combined from similar events\): `,
  // kubelet
  String.raw`Back-off pulling image ${quoted}: `,
  String.raw`Failed to pull image ${quoted}: `,
  String.raw`Failed to inspect image ${quoted}: `,
  String.raw`Failed to apply default image tag ${quoted}: `,
  'Failed to create pod sandbox: ',
  String.raw`couldn't parse image (?:name|reference)(?: ${quoted})?: `,
  String.raw`image pull failed for \S+ because (?:the registry is unavailable: |the signature validation failed: )?`,
  '(?:Error|ErrImagePull|ImagePullBackOff|RegistryUnavailable|SignatureValidationFailed): ',
  String.raw`rpc error: code = \w+ desc = `,
  // containerd
  String.raw`(?:failed to (?:start sandbox|get sandbox image|pull image|pull and unpack image|resolve reference|get converter for)|failed pulling image) ${quoted}: `,
  'failed to (?:resolve image|do request|copy|authorize|fetch oauth token|fetch anonymous token): ',
  String.raw`failed to unpack image on snapshotter \S+: `,
  'no available registry endpoint: ',
  String.raw`failed to parse image reference ${quoted}: `,
  'unpack: ',
  String.raw`failed to extract layer (?:sha256:\w+|\([^)]*\) to \S+ as ${quoted}): `,
  String.raw`failed to prepare extraction snapshot ${quoted}: `,
  String.raw`failed to commit snapshot \S+(?: sha256:\w+)?: `,
  String.raw`failed commit on ref ${quoted}: `,
  String.raw`mount callback failed on \S+: `,
  'httpReade?r?Seeker: failed open: ',
  // containers/image
  'unable to try pulling possible OCI artifact: ',
  '(?:get image reference|build image source|get manifest): ',
  '(?:pull|copying) (?:image|system image from manifest list|layer|config): ',
  String.raw`(?:Error |error )?[Ii]nitializing (?:source|image from source) \S+: `,
  String.raw`(?:error )?pinging (?:container|docker) registry (?:\S+|returned): `,
  String.raw`(?:Error )?[Rr]eading (?:manifest|blob|signatures)(?: \S+ in)?(?: \S+)?: `,
  '(?:Error )?(?:fetching|writing) blob: ',
  'Error fetching blob: ',
  String.raw`(?:Error )?[Cc]hoosing (?:an )?image (?:instance|from manifest list \S+): `,
  'Requesting bear(?:er)? token: ',
  String.raw`storing blob to file ${quoted}: `,
  'happened during read: ',
  String.raw`\(heuristic tuning data: [^)]*\): `,
  // dockerd
  'Error response from daemon: ',
  'error pulling image configuration: ',
  String.raw`download failed after attempts=\d+: `,
  'error from registry: ',
  'failed to register layer: ',
  String.raw`ApplyLayer exit status \d+ stdout:\s+stderr: `,
  String.raw`Error processing tar file\(exit status \d+\): `,
  // Go
  String.raw`(?:Head|Get|Post) (?:${quoted}|[^"\s]+): `,
  'tls: failed to verify certificate: ',
  ...statusForms,
].map((one) => new RegExp(one, 'y'))

/** Where in the text the error itself begins. */
export function causeStart(text: string): number {
  let at = 0
  for (;;) {
    const from = at
    const found = wrappers.find((one) => {
      one.lastIndex = from
      return one.test(text)
    })
    if (!found || found.lastIndex === from) return at
    at = found.lastIndex
  }
}
