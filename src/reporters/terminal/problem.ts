import type { Report } from '../../model/report.ts'
import { labelColumns, labelled, marked, type Style } from './style.ts'

interface Advice {
  readonly text: string
  readonly commands: readonly string[]
}

/** What to do where a run could not judge. A code that is not listed gets none: its message has to do. */
const advice: Readonly<Record<string, Advice>> = {
  'docker-unreachable': {
    text: 'start Docker, or set DOCKER_HOST or the docker context to the engine that runs the cluster',
    commands: ['docker info'],
  },
  'no-cluster': {
    text: 'start a kind or k3d cluster, or see which ones this engine has',
    commands: ["docker ps -a --format '{{.Names}} {{.Status}}'"],
  },
  'kube-unreachable': { text: 'see whether the control-plane nodes run', commands: ["docker ps -a --format '{{.Names}} {{.Status}}'"] },
  timeout: { text: 'try again with a longer --timeout or --wait; --verbose tells which check took the time', commands: [] },
  'kubelet-not-responding': {
    text: 'see whether the node is Ready, then whether its kubelet runs: systemctl tells that on kind, the log of the node on k3d',
    commands: ['kubectl get nodes', 'docker exec NODE systemctl status kubelet', 'docker logs --tail 50 NODE'],
  },
  'pod-pending': {
    text: 'see whether other pods start on this node: its network plugin or its containerd can keep them all waiting',
    commands: ['kubectl get pods --all-namespaces -o wide'],
  },
  usage: { text: 'see what can be said', commands: ['registry-doctor --help'] },
}

/** Why nothing, or not everything, could be judged, and what to do about it. */
export function problem(report: Pick<Report, 'error' | 'exitCode'>, style: Style): string[] {
  if (report.error === undefined) return []
  const { code, message } = report.error
  const help = Object.hasOwn(advice, code) ? advice[code] : report.exitCode === 2 ? advice['usage'] : undefined
  const { text = '', commands = [] } = help ?? {}
  const toDo = [...style.prose(text, style.columns - labelColumns), ...commands.map((one) => style.paint.cyan(one))]
  return [...marked(style, 'error', message || code, style.paint.bold), ...labelled(style, 'to do', toDo)]
}
