import { rows } from './row.ts'

/** The kubelet and its way to the runtime: nothing was asked of a registry. */
export const nodeRows = [
  ...rows(
    'never-pull',
    [/is not present with pull policy of Never/, 'Kubernetes v1.25.16 and v1.36.1, pkg/kubelet/images/image_manager.go'],
    [/^(?:Error: )?ErrImageNeverPull$/, 'Kubernetes v1.36.1, pkg/kubelet/images/types.go; as the reason, and in the event "Error: …"'],
  ),
  ...rows('pull-qps', [/pull QPS exceeded/, 'Kubernetes v1.25.16 and v1.36.1, pkg/kubelet/images/helpers.go']),
  ...rows(
    'invalid-name',
    [/couldn't parse image (?:name|reference)/, 'Kubernetes v1.25.16, pkg/kubelet/images/image_manager.go; v1.36.1, pkg/util/parsers'],
    [/^(?:Error: )?InvalidImageName$/, 'Kubernetes v1.36.1, pkg/kubelet/images/types.go'],
    [/invalid reference format/, 'distribution/reference v0.6.0, reference.go; go.podman.io/image v5.38.0, docker/reference'],
    [/: parse "dummy:\/\//, 'containerd v1.7.34, reference/reference.go (Parse)'],
    [/short-name "\S* did not resolve to an alias/, 'go.podman.io/image v5.38.0, pkg/shortnames/shortnames.go (Resolve)'],
    [/no registries configured while trying to pull an unqualified image/, 'CRI-O 1.10: kubernetes/minikube#2835'],
  ),
  ...rows(
    'cri-unavailable',
    [/`(?:mirrors|configs\.tls)` cannot be set when/, 'containerd v1.7.34, pkg/cri/config/config.go; the CRI plugin did not load'],
    [/unknown service runtime\.v1(?:alpha2)?\.ImageService/, 'google.golang.org/grpc v1.76.0, server.go; kubernetes-sigs/cri-tools#710'],
    [/server is not initialized yet/, 'containerd v1.7.34, pkg/cri/instrument; v2.3.4, internal/cri/instrument/instrumented_service.go'],
    [/\bdial unix \S+:/, 'Go 1.26, net/net.go (OpError): kubernetes-sigs/cluster-api-provider-kubemark#22'],
    [
      /code = Unavailable desc = (?!failed to pull)/,
      'google.golang.org/grpc v1.76.0, internal/transport/http2_client.go; bottlerocket-os/bottlerocket#2512',
    ],
    [/Cannot connect to the Docker daemon/, 'moby v28.5.2, client/errors.go, handed on by cri-dockerd'],
    [/\bFailed to inspect image "/, 'Kubernetes v1.36.1, pkg/kubelet/images/image_manager.go (imagePullPrecheck)'],
    [/^(?:Error: )?ImageInspectError$/, 'Kubernetes v1.36.1, pkg/kubelet/images/types.go'],
  ),
  ...rows(
    'unknown',
    // Every endpoint was left out: nothing was asked, so nothing was found to be absent.
    [/no (?:resolve|pull) hosts: not found/, 'containerd v2.3.4, core/remotes/docker/resolver.go and fetcher.go'],
    [
      /unable to (?:read|load) CA cert|unable to read CERT file|failed to load X509 key pair/,
      'containerd v2.3.4, core/remotes/docker/config',
    ],
    [/failed to load (?:CA|cert) file/, 'containerd v1.7.34, pkg/cri/sbserver/image_pull.go (getTLSConfig)'],
    // What is missing lies on the node, not in the registry.
    [
      /failed to get reader from content store|content digest \S+: not found/,
      'containerd v2.3.4, core/diff/apply and core/metadata/content.go',
    ],
    [/snapshot \S+ does not exist: not found/, 'containerd v2.3.4, core/metadata/snapshot.go'],
  ),
]
