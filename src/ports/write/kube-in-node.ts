import { setTimeout as sleep } from 'node:timers/promises'
import type { Json } from '../../model/json.ts'
import { setKubeconfig } from '../../model/node-shell.ts'
import type { ExecOutcome } from '../docker.ts'
import { KubeError } from '../kube.ts'
import type { DockerWritePort } from './docker.ts'
import type { KubeAnswer, KubeChange } from './kube.ts'

const limitSeconds = 10
const betweenLooksMs = 300

/** kubectl of a control-plane node, with the credentials that kubeadm or k3s left there. */
const script = [
  setKubeconfig,
  'verb=$1; path=$2; object=$3; set -- --kubeconfig="$config" --request-timeout=8s "$verb" --raw "$path"',
  'if [ -n "$object" ]; then printf %s "$object" | exec kubectl "$@" -f -; else exec kubectl "$@"; fi',
].join('\n')

/** A Kubernetes API through kubectl in a node: for who reaches no API from where he is, as in a devcontainer. */
export function kubeInNode(docker: DockerWritePort) {
  const run = async (node: string, verb: string, path: string, object?: Json): Promise<KubeAnswer> => {
    const argv = [
      'timeout',
      String(limitSeconds),
      'sh',
      '-c',
      script,
      'api',
      verb,
      path,
      object === undefined ? '' : JSON.stringify(object),
    ]
    return answerOf(await docker.run(node, argv, (limitSeconds + 2) * 1000), node)
  }
  return {
    create: (node: string, path: string, object: Json) => run(node, 'create', path, object),
    replace: (node: string, path: string, object: Json) => run(node, 'replace', path, object),
    remove: (node: string, path: string) => run(node, 'delete', path),
    get: (node: string, path: string) => run(node, 'get', path),
    /** What a process in a node writes comes when it ends, so the list is looked at again and again. */
    async watch(node: string, path: string, onChange: (change: KubeChange) => void, signal: AbortSignal): Promise<void> {
      let known = new Map<string, Json>()
      while (!signal.aborted) {
        const body = await run(node, 'get', path).then(
          (answer) => answer.body,
          (error: unknown) => {
            if (!signal.aborted) throw error
            return null
          },
        )
        if (signal.aborted) return
        const items = (body as { items?: { metadata: { uid: string } }[] } | null)?.items ?? []
        const now = new Map(items.map((one) => [one.metadata.uid, one as unknown as Json]))
        const tell = (type: string, object: Json): void => {
          if (!signal.aborted) onChange({ type, object })
        }
        for (const [uid, object] of now) tell(known.has(uid) ? 'MODIFIED' : 'ADDED', object)
        for (const [uid, object] of known) if (!now.has(uid)) tell('DELETED', object)
        known = now
        await sleep(betweenLooksMs, undefined, { signal }).catch(() => undefined)
      }
    },
  }
}

/** The API's words for a status (k8s.io/apimachinery v0.34, pkg/apis/meta/v1/types.go: StatusReason). */
const statuses: { readonly [reason: string]: number } = {
  NotFound: 404,
  Forbidden: 403,
  Unauthorized: 401,
  AlreadyExists: 409,
  Conflict: 409,
  Invalid: 422,
}

function answerOf({ exitCode, stdout, stderr }: ExecOutcome, node: string): KubeAnswer {
  if (exitCode === 0) return { status: 200, body: stdout.trim() === '' ? null : (JSON.parse(stdout) as Json) }
  // Warnings can stand before it, and a policy's own words can have several lines.
  const told = /^Error from server(?: \((\w+)\))?: ([^]*)/m.exec(stderr.trim())
  if (!told) {
    const message = stderr.trim().split('\n').at(-1) || `exit code ${exitCode}`
    throw new KubeError('kube-unreachable', `the Kubernetes API does not answer on ${node}: ${message}`)
  }
  const [, reason = '', text = ''] = told
  return { status: statuses[reason] ?? 500, body: { message: text } }
}
