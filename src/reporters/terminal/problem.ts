import type { Report } from '../../model/report.ts'
import { labelColumns, labelled, marked, type Style } from './style.ts'

interface Advice {
  readonly text: string
  readonly command?: string
}

/** What to do where a run could not judge. A code that is not listed gets none: its message has to do. */
const advice: Readonly<Record<string, Advice>> = {
  'docker-unreachable': {
    text: 'start Docker, or set DOCKER_HOST or the docker context to the engine that runs the cluster',
    command: 'docker info',
  },
  'no-cluster': {
    text: 'start a kind or k3d cluster, or see which ones this engine has',
    command: "docker ps -a --format '{{.Names}} {{.Status}}'",
  },
  'kube-unreachable': { text: 'see whether the control-plane nodes run', command: "docker ps -a --format '{{.Names}} {{.Status}}'" },
  timeout: { text: 'try again with a longer --timeout or --wait; --verbose tells which check took the time' },
  usage: { text: 'see what can be said', command: 'registry-doctor --help' },
}

/** Why nothing, or not everything, could be judged, and what to do about it. */
export function problem(report: Pick<Report, 'error' | 'exitCode'>, style: Style): string[] {
  if (report.error === undefined) return []
  const { code, message } = report.error
  const help = Object.hasOwn(advice, code) ? advice[code] : report.exitCode === 2 ? advice['usage'] : undefined
  const lines = help === undefined ? [] : style.prose(help.text, style.columns - labelColumns)
  return [
    ...marked(style, 'error', message || code, style.paint.bold),
    ...labelled(style, 'to do', help?.command === undefined ? lines : [...lines, style.paint.cyan(help.command)]),
  ]
}
