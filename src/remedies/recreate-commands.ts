import type { Step } from '../model/finding.ts'
import { quote } from './quote.ts'

/** Between two words: what stands in none. */
const separator = '{{"\\x1e"}}'
const end = '{{end}}'

const aliases = (option: string): string => `{{range .Aliases}}${option}{{.}}${separator}${end}`

/** A template of `docker inspect` for the words of `docker create` that make the same container, from its network to its command. */
const settings = [
  '--network={{.HostConfig.NetworkMode}}',
  `{{with index .NetworkSettings.Networks (printf "%s" .HostConfig.NetworkMode)}}${aliases('--network-alias=')}${end}--restart={{or .HostConfig.RestartPolicy.Name "no"}}`,
  `{{range .Config.Env}}--env={{.}}${separator}${end}--user={{.Config.User}}`,
  `{{range $name, $value := .Config.Labels}}--label={{$name}}={{$value}}${separator}${end}--workdir={{or .Config.WorkingDir "/"}}`,
  `{{with .Config.Entrypoint}}--entrypoint={{index . 0}}${separator}${end}{{.Config.Image}}`,
]
const rest = `{{with .Config.Entrypoint}}{{range slice . 1}}${separator}{{.}}${end}${end}{{range .Config.Cmd}}${separator}{{.}}${end}`

/** The same for `docker network connect`, a line for each network that it was attached to afterwards. */
const isFirst = `(eq $name $.HostConfig.NetworkMode) (and (eq $name "bridge") (eq $.HostConfig.NetworkMode "default"))`
const networks = `{{range $name, $one := .NetworkSettings.Networks}}{{if not (or ${isFirst})}}${aliases('--alias=')}{{$name}}{{"\\n"}}${end}${end}`

/**
 * What Docker's command line can do of it: image, command, environment, labels, restart policy, volumes and networks stay.
 * What few registries have (limits, a log driver) would have to be given again. None of the commands goes on, or takes the old
 * container away, where one before has failed.
 */
export function recreateCommands({ container, publish }: Extract<Step, { op: 'container.recreate' }>): string[] {
  const ports = publish.map(({ hostIp, hostPort, port }) => `-p ${quote(`${hostIp}:${hostPort}:${port}`)}`).join(' ')
  const [name, old] = [quote(container), quote(`${container}-old`)]
  const words = `printf %s "$(docker inspect -f ${quote(settings.join(separator) + rest)} ${old})" | tr '\\036' '\\0'`
  const connect = `printf '%s\\036%s' "$line" ${name} | tr '\\036' '\\0' | xargs -0 docker network connect`
  return [
    `docker stop ${name} && docker rename ${name} ${old}`,
    `${words} | xargs -0 docker create --name ${name} ${ports} --volumes-from ${old}`,
    `docker inspect -f ${quote(networks)} ${old} | (while IFS= read -r line; do [ -z "$line" ] || ${connect} || exit 1; done) && docker start ${name} && docker rm ${old}`,
  ]
}
