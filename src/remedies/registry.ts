import type { Code } from '../model/codes.ts'
import type { Finding, Remedy, Step } from '../model/finding.ts'
import { quote } from './quote.ts'
import { recreateCommands } from './recreate-commands.ts'
import { manual, remedy, text, type Maker } from './remedy.ts'

type RegistryCode = Extract<
  Code,
  | 'registry-not-running'
  | 'registry-not-found'
  | 'registry-hanging'
  | 'registry-port-not-published'
  | 'registry-port-conflict'
  | 'registry-not-answering'
  | 'registry-not-on-network'
  | 'registry-name-unresolvable'
>

const hostPort = (address: string): string => address.slice(address.lastIndexOf(':') + 1)

/** What is to be done about the container of a registry. */
export const registryMakers: { readonly [C in RegistryCode]: Maker } = {
  'registry-not-running': (finding) => {
    const taken = finding.data['hostPortTaken']
    const free: Step[] =
      typeof taken === 'string'
        ? [
            { op: 'manual', text: `first stop the program that holds ${taken}:` },
            { op: 'manual', command: `ss -ltnp 'sport = :${hostPort(taken)}'` },
          ]
        : []
    return [
      remedy(`start ${text(finding, 'container')}`, 'safe', ...free, { op: 'container.start', container: text(finding, 'container') }),
    ]
  },
  'registry-not-found': (finding) => [newRegistry(finding)],
  'registry-hanging': (finding) => {
    const container = text(finding, 'container')
    if (container === '') return [manual(`see what ${finding.subject.name} does, where it runs`, '# it is no container of this engine')]
    if (finding.data['paused'] === true) return [remedy(`unpause ${container}`, 'safe', { op: 'container.unpause', container })]
    return [
      remedy(`restart ${container}`, 'disruptive', { op: 'container.restart', container }),
      manual('read first what it says', `docker logs --tail 50 ${quote(container)}`),
    ]
  },
  'registry-port-not-published': (finding) => [withPort(finding)],
  'registry-port-conflict': (finding) => [
    manual(
      'see who holds the port, then stop it or publish the registry elsewhere',
      `ss -ltnp 'sport = :${hostPort(text(finding, 'hostAddress'))}'`,
    ),
  ],
  'registry-not-answering': (finding) => {
    const container = text(finding, 'container')
    if (container === '') return [manual(`see what ${finding.subject.name} says, where it runs`, '# it is no container of this engine')]
    return [manual('see what the registry says', `docker logs --tail 50 ${quote(container)}`, `docker port ${quote(container)}`)]
  },
  'registry-not-on-network': (finding) => [
    remedy(`attach ${text(finding, 'container')} to ${text(finding, 'network')}`, 'safe', {
      op: 'network.connect',
      network: text(finding, 'network'),
      container: text(finding, 'container'),
      aliases: aliasFor(finding),
    }),
  ],
  'registry-name-unresolvable': (finding) => {
    const [container, network] = [finding.data['container'], text(finding, 'network')]
    if (typeof container !== 'string')
      return [manual('correct the name in hosts.toml', `# the nodes cannot resolve ${text(finding, 'address')}`)]
    return [
      remedy(
        `give ${container} the name that the nodes ask for`,
        'safe',
        { op: 'network.disconnect', network, container },
        { op: 'network.connect', network, container, aliases: aliasFor(finding) },
      ),
    ]
  },
}

/** A registry where there is none, under the name by which nodes ask for it. */
function newRegistry(finding: Finding): Remedy {
  const [, host = '', port = ''] = /^(.*?)(?::(\d+))?$/.exec(text(finding, 'address')) ?? []
  const hosts = finding.data['registryHosts'] as string[]
  const published = hosts.map((one) => /^(?:localhost|127\.0\.0\.1):(\d+)$/.exec(one)?.[1]).find((one) => one !== undefined) ?? '5001'
  // A loopback address is where the host reaches it, and no name that a container could have.
  const named = /^[a-zA-Z][\w-]*$/.test(host) && host !== 'localhost'
  const [container, inner] = named ? [host, port || '5000'] : ['kind-registry', '5000']
  return remedy(
    `create ${container} ${named ? 'again, then push the images again' : 'as a registry, then push the images'}`,
    'safe',
    {
      op: 'container.run',
      container,
      image: 'registry:3',
      publish: `127.0.0.1:${published}:${inner}`,
      restart: 'always',
      // What it holds outlives it, so that the next one begins with that.
      volume: container,
      ...(inner !== '5000' && { env: { REGISTRY_HTTP_ADDR: `:${inner}` } }),
    },
    ...[...new Set(finding.data['networks'] as string[])].map((network): Step => ({
      op: 'network.connect',
      network,
      container,
      aliases: [],
    })),
  )
}

/** The same container with a port on the host. */
function withPort(finding: Finding): Remedy {
  const container = text(finding, 'container')
  const { hostPort: published, port } = finding.data
  if (typeof published !== 'number' || typeof port !== 'number')
    return manual(
      'create the container again with a published port, keeping its content',
      '# add -p 127.0.0.1:PORT:5000 to what it was created with, PORT being free on this machine:',
      `docker inspect -f '{{json .Config}} {{json .HostConfig}} {{json .Mounts}}' ${quote(container)}`,
    )
  const step = { op: 'container.recreate', container, publish: [{ hostIp: '127.0.0.1', hostPort: published, port }] } as const
  return {
    title: `create ${container} again with its port at 127.0.0.1:${published}, keeping its content`,
    risk: 'disruptive',
    steps: [{ ...step, publish: [...step.publish] }],
    show: recreateCommands({ ...step, publish: [...step.publish] }),
  }
}

/** The names that the container has on the network, and the one by which nodes ask for the registry. */
function aliasFor(finding: Finding): string[] {
  const { aliases = [], container } = finding.data
  const asked = text(finding, 'address').replace(/:\d+$/, '')
  // The engine adds the name of the container and its short id by itself.
  const own = (aliases as string[]).filter((one) => one !== container && !/^[0-9a-f]{12}$/.test(one))
  return asked === '' || asked === container || /^[\d.]+$/.test(asked) ? own : [...new Set([...own, asked])]
}
