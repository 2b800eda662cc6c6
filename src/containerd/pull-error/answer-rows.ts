import { rows } from './row.ts'
import { statusIs } from './status-forms.ts'

/** What an image is found to be, whose texts end like those of an image that is absent. */
export const imageRows = [
  ...rows(
    'platform-mismatch',
    [/no match for platform in manifest/, 'containerd v1.7.34, images/image.go and handlers.go; v2.3.4, core/images'],
    [
      /no matching manifest for \S+ in the manifest list entries/,
      'moby v28.5.2, distribution/pull_v2.go and daemon/containerd/image_pull.go',
    ],
    [/no image found in (?:manifest list|image index) for architecture/, 'go.podman.io/image v5.38.0, internal/manifest'],
    [/cannot download image with operating system/, 'moby v28.5.2, distribution/pull_v2.go'],
    [/image operating system "\S+" cannot be used on this platform/, 'moby v28.5.2, distribution/config.go'],
  ),
  ...rows(
    'not-an-image',
    [/rejecting \d+ byte manifest for/, 'containerd v1.7.34, remotes/docker/resolver.go (Resolve)'],
    [/unexpected media type \S+ for/, 'containerd v1.7.34, images/image.go: what was asked for is a page of HTML, say'],
    [/unsupported (?:manifest )?media type/, 'moby v28.5.2, distribution/errors.go; docker/distribution v2.8.3, manifests.go'],
    [/mediaType in manifest should be/, 'docker/distribution v2.8.3, manifest/schema2 and manifest/ocischema'],
    [
      /media-type: (?:schema 1 not supported|expected \w+ but found|cannot determine)/,
      'containerd v2.3.4, core/images/image.go; moby v28.5.2',
    ],
    [
      /is no longer supported since containerd|schema 1 image manifests are no longer supported/,
      'containerd v2.1.4, client/pull.go; v2.3.4',
    ],
    [
      /Pulling Schema 1 images have been deprecated/,
      'containerd v2.0.14, core/remotes/docker/schema1/converter.go: kubernetes/examples#554',
    ],
    [/schema 1 support has been removed/, 'moby v28.5.2, distribution/errors.go'],
    [/Can not convert image to|unsupported schema version/, 'go.podman.io/image v5.38.0, copy/single.go and manifest/docker_schema1.go'],
    [/archive\/tar: invalid tar header|gzip: invalid header/, 'Go 1.26, archive/tar and compress/gzip: containerd/containerd#10134'],
    [/no processor for media-type/, 'containerd v2.3.4, core/diff/stream.go'],
    [/wrong diff id (?:"\S+ )?calculated on extraction/, 'containerd v1.7.34 and v2.3.4, pkg/unpack and core/unpack/unpacker.go'],
    [/layers from manifest don't match image configuration/, 'moby v28.5.2, distribution/pull_v2.go'],
    [/does not match config's DiffID/, 'go.podman.io/image v5.38.0, storage/storage_dest.go'],
  ),
]

/** An answer that came, by its status; whatever its body says besides. */
export const statusRows = [
  ...rows(
    'rate-limited',
    [statusIs('429'), 'RFC 6585, 4'],
    [
      /toomanyrequests: |too many requests to registry/,
      'docker/distribution v2.8.3, errcode/register.go; go.podman.io/image v5.38.0, docker/errors.go',
    ],
  ),
  // A token that is refused, or has no place to come from, says nothing of the image.
  ...rows('unauthorized', [statusIs('40[0145]', 'token: '), 'containerd v2.3.4, core/remotes/docker/auth/fetch.go and authorizer.go']),
  ...rows('tls-handshake', [
    /Client sent an HTTP request to an HTTPS server/,
    'Go 1.26, net/http/server.go, in the words of docker/distribution v2.8.3, client/errors.go',
  ]),
  ...rows('unauthorized', [statusIs('401'), 'RFC 9110, 15.5.2']),
  ...rows('forbidden', [statusIs('403|451'), 'RFC 9110, 15.5.4; RFC 7725, 3']),
  ...rows('not-found', [statusIs('404|410'), 'RFC 9110, 15.5.5 and 15.5.11']),
  ...rows('proxy-error', [statusIs('407'), 'RFC 9110, 15.5.8']),
  ...rows('timeout', [statusIs('408'), 'RFC 9110, 15.5.9']),
  ...rows('server-error', [statusIs(String.raw`5\d\d`), 'RFC 9110, 15.6']),
  ...rows('unknown', [statusIs(String.raw`\d\d\d`), 'RFC 9110, 15']),
]

/** An answer that came, by its words. */
export const wordRows = [
  ...rows(
    'unauthorized',
    [/pull access denied/, 'containerd v2.3.4, core/remotes/docker/resolver.go; moby v28.5.2, distribution/errors.go'],
    [/authorization failed|failed to authorize/, 'containerd v2.3.4, core/remotes/docker/resolver.go and authorizer.go'],
    [/does not exist or no pull access/, 'Docker 18.06, distribution/errors.go: kubernetes/kubernetes#69141'],
    [/no basic auth credentials/, 'docker/distribution v2.8.3, registry/client/auth/session.go'],
    [/\bunauthorized: |authentication required/, 'docker/distribution v2.8.3, registry/api/errcode/register.go'],
    [
      /requested access to the resource is denied/,
      'docker/distribution v2.8.3, registry/api/errcode/register.go: Docker Hub says so also of what is not there',
    ],
    [/authorization token has expired/, 'Amazon ECR: gitpod-io/gitpod#1900'],
    [
      /unable to retrieve auth token|missing realm in bearer auth challenge/,
      'go.podman.io/image v5.38.0, docker/errors.go and docker_client.go',
    ],
    [/authorization server did not include a token/, 'containerd v2.3.4, core/remotes/docker/auth/fetch.go; docker/distribution v2.8.3'],
  ),
  ...rows('forbidden', [/\bdenied: /, 'docker/distribution v2.8.3, registry/api/errcode/register.go: podman-container-tools/podman#12395']),
  ...rows(
    'not-found',
    [/: not found$/, 'containerd v2.3.4, core/remotes/docker/resolver.go and fetcher.go'],
    [/manifest unknown|name unknown|blob unknown to registry/, 'docker/distribution v2.8.3, registry/api/v2/errors.go'],
    [/(?:manifest for|repository) \S+ not found/, 'moby v28.5.2, distribution/errors.go'],
    [/repository name not known to registry/, 'docker/distribution v2.8.3, registry/api/v2/errors.go'],
  ),
]
