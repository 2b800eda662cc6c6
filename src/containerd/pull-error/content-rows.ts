import { rows } from './row.ts'

/** What came, but could not be kept, or is not what was announced. */
export const contentRows = [
  ...rows(
    'disk-full',
    [/no space left on device|disk quota exceeded/, 'Go 1.26, syscall/zerrors_linux_amd64.go (ENOSPC, EDQUOT)'],
    [/not enough space on the disk/, 'Windows, ERROR_DISK_FULL: Windows system error codes'],
  ),
]

/** An answer that broke off, before or after it began, or whose content is other than announced. */
export const brokenRows = rows(
  'short-read',
  [/short read: expected \d+ bytes/, 'containerd v2.1.4, core/content/helpers.go (Copy)'],
  [/failed to read expected number of bytes|unexpected EOF/, 'containerd v1.6.36, content/helpers.go; Go 1.26, io'],
  [/unexpected commit (?:digest|size) /, 'containerd v1.7.34, content/local/writer.go (Commit)'],
  [/failed size validation: /, 'containerd v1.6.36, metadata/content.go: containerd/containerd#4908'],
  [/verification failed for digest /, 'moby v28.5.2, distribution/pull_v2.go'],
  [
    /Digest did not match, expected |digest mismatch, expected /,
    'go.podman.io/image v5.38.0, copy/digesting_reader.go and docker_client.go',
  ],
  [/: EOF$/, 'Go 1.26, io: the connection was closed before an answer began'],
  [/connection reset by peer|broken pipe/, 'Go 1.26, syscall/zerrors_linux_amd64.go (ECONNRESET, EPIPE)'],
  [/forcibly closed by the remote host/, 'Windows, WSAECONNRESET: Windows Sockets error codes'],
  [/stream error: stream ID |server sent GOAWAY|http2: client connection lost/, 'Go 1.26, net/http/h2_bundle.go'],
  [/server closed idle connection|transport connection broken/, 'Go 1.26, net/http/transport.go'],
)

/** The gRPC code, where the text tells nothing else. */
export const codeRows = [
  ...rows('timeout', [/code = DeadlineExceeded|code = 4 /, 'google.golang.org/grpc v1.76.0, codes; numbers before v1.4: cri-o/cri-o#189']),
  ...rows('cancelled', [/code = Canceled/, 'google.golang.org/grpc v1.76.0, codes']),
]
