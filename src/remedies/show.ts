import type { Step } from '../model/finding.ts'

/** A word as a POSIX shell takes it literally. */
export const quote = (word: string): string =>
  word === '$node' ? '"$node"' : /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/** A step as one command that can be pasted, or as a sentence where it is manual. */
export function showStep(step: Step): string {
  switch (step.op) {
    case 'container.start':
      return `docker start ${quote(step.container)}`
    case 'container.unpause':
      return `docker unpause ${quote(step.container)}`
    case 'container.run':
      return `docker run -d --restart=${quote(step.restart)} -p ${quote(step.publish)} --name ${quote(step.container)} ${quote(step.image)}`
    case 'network.connect':
      return `docker network connect ${step.aliases.map((alias) => `--alias ${quote(alias)} `).join('')}${quote(step.network)} ${quote(step.container)}`
    case 'network.disconnect':
      return `docker network disconnect ${quote(step.network)} ${quote(step.container)}`
    case 'file.put':
      return `${printed(step.content)} | docker exec -i ${quote(step.node)} sh -c ${quote(`mkdir -p ${quote(directory(step.path))} && cat > ${quote(step.path)}`)}`
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
    case 'image.push': {
      const push = `docker push ${quote(step.target)}`
      return step.source === step.target ? push : `docker tag ${quote(step.source)} ${quote(step.target)} && ${push}`
    }
    case 'manual':
      return step.command ?? step.text ?? ''
  }
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
