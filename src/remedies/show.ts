import type { Step } from '../model/finding.ts'
import { quote } from './quote.ts'
import { recreateCommands } from './recreate-commands.ts'

/** A step as one command that can be pasted, or as a sentence where it is manual. */
export function showStep(step: Step): string {
  switch (step.op) {
    case 'container.start':
      return `docker start ${quote(step.container)}`
    case 'container.unpause':
      return `docker unpause ${quote(step.container)}`
    case 'container.restart':
      return `docker restart ${quote(step.container)}`
    case 'container.run':
      return showRun(step)
    case 'container.recreate':
      return recreateCommands(step).join(' && ')
    case 'network.connect':
      return `docker network connect ${step.aliases.map((alias) => `--alias ${quote(alias)} `).join('')}${quote(step.network)} ${quote(step.container)}`
    case 'network.disconnect':
      return `docker network disconnect ${quote(step.network)} ${quote(step.container)}`
    case 'file.put':
      return `${printed(step.content)} | docker exec -i ${quote(step.node)} sh -c ${quote(`mkdir -p ${quote(directory(step.path))} && cat > ${quote(step.path)}`)}`
    case 'file.splice':
      return showSplice(step)
    case 'file.copy': {
      const { node, path, from } = step
      const put = `docker exec -i ${quote(node)} sh -c ${quote(`mkdir -p ${quote(directory(path))} && cat > ${quote(path)}`)}`
      // In the container there need be no program that reads a file.
      return `docker cp -L ${quote(`${from.container}:${from.path}`)} - | tar -xO | ${put}`
    }
    case 'path.move':
      return `docker exec ${quote(step.node)} mv ${quote(step.from)} ${quote(step.to)}`
    case 'service.restart': {
      const restart = `docker exec ${quote(step.node)} systemctl restart ${quote(step.service)}`
      return step.daemonReload ? `docker exec ${quote(step.node)} systemctl daemon-reload && ${restart}` : restart
    }
    case 'configmap.put': {
      const literals = Object.entries(step.data).map(([key, value]) => `--from-literal=${quote(`${key}=${value}`)}`)
      const create = `${step.kubectl} -n ${quote(step.namespace)} create configmap ${quote(step.name)} ${literals.join(' ')} --dry-run=client -o yaml`
      return `${create} | ${step.kubectl} apply -f -`
    }
    case 'pod.delete':
      return `${step.kubectl} -n ${quote(step.namespace)} delete pod ${quote(step.pod)}`
    case 'host.file.put':
      return `${printed(step.content)} | sudo sh -c ${quote(`mkdir -p ${quote(directory(step.path))} && cat > ${quote(step.path)}`)}`
    case 'cluster.create':
      return step.provider === 'kind'
        ? `${printed(step.config)} | kind create cluster --name ${quote(step.cluster)} --config -`
        : `${printed(step.config)} > k3d.yaml && k3d cluster create ${quote(step.cluster)} --config k3d.yaml`
    case 'image.push': {
      const push = `docker push ${quote(step.target)}`
      return step.source === step.target ? push : `docker tag ${quote(step.source)} ${quote(step.target)} && ${push}`
    }
    case 'manual':
      return step.command ?? step.text ?? ''
  }
}

function showRun({ container, image, publish, restart, volume, env = {}, files = [] }: Extract<Step, { op: 'container.run' }>): string {
  const settings = [
    `--restart=${quote(restart)}`,
    `-p ${quote(publish)}`,
    ...(volume === undefined ? [] : [`-v ${quote(`${volume}:/var/lib/registry`)}`]),
    ...Object.entries(env).map(([name, value]) => `-e ${quote(`${name}=${value}`)}`),
    `--name ${quote(container)} ${quote(image)}`,
  ].join(' ')
  if (files.length === 0) return `docker run -d ${settings}`
  const copies = files.map(({ from, path }) => `docker cp ${quote(from)} ${quote(`${container}:${path}`)}`)
  return [`docker create ${settings}`, ...copies, `docker start ${quote(container)}`].join(' && ')
}

/** The new lines go in by the standard input, since a text in a script of sed is cut and read in ways of its own. */
function showSplice({ node, path, line, remove, insert }: Extract<Step, { op: 'file.splice' }>): string {
  const exec = (command: string): string => `docker exec -i ${quote(node)} ${command}`
  const last = line + remove - 1
  const cut = remove === 0 ? '' : ` -e ${remove === 1 ? line : `${line},${last}`}d`
  if (insert.length === 0) return exec(`sed -i${cut} ${quote(path)}`)
  const put = `${printed(insert.map((one) => `${one}\n`).join(''))} | `
  // There is no line in front of the first one.
  if (last === 0) return put + exec(`sh -c ${quote(`text=$(cat - ${quote(path)} && echo .) && printf %s "\${text%.}" > ${quote(path)}`)}`)
  return put + exec(`sed -i -e ${quote(`${last}r /dev/stdin`)}${cut} ${quote(path)}`)
}

/** Text as printf prints it exactly, on one line: a line break or another control character would not survive a paste. */
export const printed = (content: string): string => {
  const escaped = content
    .replaceAll('\\', '\\\\')
    // oxlint-disable-next-line no-control-regex
    .replace(/[\u0001-\u001f\u007f]/g, (one) => (one === '\n' ? '\\n' : `\\0${one.codePointAt(0)!.toString(8).padStart(3, '0')}`))
  return `printf '%b' ${quote(escaped)}`
}

const directory = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/'
