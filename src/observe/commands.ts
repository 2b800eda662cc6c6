import { setKubeconfig, setContainerdAddress, type NodeCommand } from '../model/node-shell.ts'

// The processes that may be run in a node, or in the container of a builder, to look at it: none of them changes anything.

/** timeout(1)'s exit code for a command that it had to stop. */
export const timedOutExitCode = 124

/**
 * containerd's version, command line and connection environment, and whether its CRI answers, in one call.
 * Several containerd processes can run in a node (a build tool's own); the one with the lowest pid is the node's.
 */
export const containerdRuntime: NodeCommand = {
  argv: [
    'timeout',
    '12',
    'sh',
    '-c',
    [
      'containerd --version',
      'p=$(pidof containerd | tr " " "\\n" | sort -n | head -n 1)',
      'echo "--- args"; [ -n "$p" ] && tr "\\000" "\\n" < "/proc/$p/cmdline"',
      'echo "--- environ"; [ -n "$p" ] && tr "\\000" "\\n" < "/proc/$p/environ"',
      'echo "--- cri"; command -v crictl > /dev/null && { timeout 8 crictl images -q 2>&1 > /dev/null; echo "exit $?"; }',
      // Seconds since the younger of the node's first process and containerd was started (proc(5), stat: field 22, in ticks).
      'echo "--- age"; up=$(cut -d " " -f 1 /proc/uptime)',
      'for one in 1 $p; do awk -v up="$up" \'{ sub(/.*\\) /, ""); print int(up - $20 / 100) }\' "/proc/$one/stat"; done | sort -n | head -n 1',
      'exit 0',
    ].join('\n'),
  ],
  limitSeconds: 12,
}

/** A GET of the cluster's API by kubectl, with the credentials that kubeadm or k3s left on a control-plane node. */
export function kubernetesGet(path: string): NodeCommand {
  const limitSeconds = 8
  const script = [setKubeconfig, 'exec kubectl --kubeconfig="$config" --request-timeout=5s get --raw "$1"'].join('\n')
  return { argv: ['timeout', String(limitSeconds), 'sh', '-c', script, 'api', path], limitSeconds }
}

/**
 * Asks for a manifest as the node's containerd does: its client, its environment (proxies), a certs.d directory.
 * `ctr content fetch-object` stores nothing (containerd, cmd/ctr/commands/content/fetch.go). The environment is read and
 * used inside the node, so that a proxy's password never leaves it.
 */
export function containerdTrace(query: { readonly image: string; readonly hostsDir?: string; readonly plainHttp?: boolean }): NodeCommand {
  const limitSeconds = 8
  const words = [
    'content',
    'fetch-object',
    '--http-dump',
    ...(query.plainHttp ? ['--plain-http'] : []),
    ...(query.hostsDir === undefined ? [] : ['--hosts-dir', query.hostsDir]),
    query.image,
  ]
  const script = [
    'limit=$1; shift',
    'ctr=$(command -v ctr) || exit 127',
    'p=$(pidof containerd | tr " " "\\n" | sort -n | head -n 1)',
    '{ [ -n "$p" ] && cat "/proc/$p/environ"; printf "%s\\000" "$ctr" "$@"; } | timeout "$limit" xargs -0 env -i',
  ].join('\n')
  return { argv: ['sh', '-c', script, 'trace', String(limitSeconds), ...words], limitSeconds }
}

/**
 * The images of a registry host in the kubelet's namespace, with the names that the CRI gives their configurations, then what of
 * their content came from it by a pull.
 */
export function containerdImages(registryHost: string): NodeCommand {
  const limitSeconds = 10
  const pattern = `^(${registryHost.replace(/[^\w:-]/g, '.')}/|sha256:)`
  // The record has no port: containerd v2.3.4, core/remotes/docker/handler.go (AppendDistributionSourceLabel).
  const source = `labels."containerd.io/distribution.source.${registryHost.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')}"`
  const script = [setContainerdAddress, 'ctr -n k8s.io images ls "$1" && echo "--- pulled" && ctr -n k8s.io content ls "$2"'].join('\n')
  return { argv: ['timeout', String(limitSeconds), 'sh', '-c', script, 'images', `name~="${pattern}"`, source], limitSeconds }
}

/** Blocks, then inodes, of the file system of a path or of the nearest directory above it (POSIX df, 1,024-byte blocks). */
export function diskSpace(path: string): NodeCommand {
  const limitSeconds = 5
  const script = 'p=$1; while [ ! -e "$p" ] && [ "$p" != / ]; do p=$(dirname "$p"); done; df -Pk "$p" && df -Pi "$p"'
  return { argv: ['timeout', String(limitSeconds), 'sh', '-c', script, 'disk', path], limitSeconds }
}

/** What containerd logged last of a text: k3s' containerd writes a file of its own (k3s, pkg/agent/containerd/containerd.go). */
export function containerdLog(contains: string): NodeCommand {
  const limitSeconds = 8
  const script = [
    'file=/var/lib/rancher/k3s/agent/containerd/containerd.log',
    '{ if [ -e "$file" ]; then tail -c 2000000 "$file"; else journalctl -u containerd -o cat --no-pager -n 5000; fi; } | grep -F -- "$1" | tail -n 5',
  ].join('\n')
  return { argv: ['timeout', String(limitSeconds), 'sh', '-c', script, 'log', contains], limitSeconds }
}

/** What is wanted of a record, as JSON: build arguments stand among the rest, also in the configuration of what was built. */
const buildRecord = [
  '{"completedAt":{{json .CompletedAt}}',
  '"outputs":[{{range $nth, $one := .Exporters}}{{if $nth}},{{end}}{"type":{{json $one.Type}},"name":{{json (index $one.Attrs "name")}},"push":{{json (index $one.Attrs "push")}},"push-by-digest":{{json (index $one.Attrs "push-by-digest")}}}{{end}}]',
  '"platforms":{{json (index .ExporterResponse "refs.platforms")}}',
  '"result":{{json .Result}}{{with .Error}}',
  // Of other errors the text is that of a line of the Dockerfile, with its arguments.
  '"error":{{if eq (printf "%.14s" .Message) "failed to push"}}{{json .Message}}{{else}}""{{end}}{{end}}}',
].join(',')

/**
 * What a builder of buildx has built: a line per record. BuildKit keeps the last 50, and those of two days.
 * Sources: BuildKit v0.28.1, cmd/buildctl/debug/histories.go, solver/llbsolver/solver.go (recordBuildHistory) and history.go.
 */
export const buildHistory: NodeCommand = {
  argv: ['timeout', '5', 'buildctl', 'debug', 'histories', '--format', `{{with .Record}}${buildRecord}{{end}}`],
  limitSeconds: 5,
}

/** An index or a manifest from the store of a builder (BuildKit v0.28.1, cmd/buildctl/debug/get.go). */
export const builtManifest = (digest: string): NodeCommand => ({
  argv: ['timeout', '5', 'buildctl', 'debug', 'get', digest],
  limitSeconds: 5,
})
