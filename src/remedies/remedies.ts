import type { Code } from '../model/codes.ts'
import type { Finding, Remedy, Step } from '../model/finding.ts'
import { certificateRemedy, dnsRemedy, mirrorsRemedy, proxyRemedy } from './node-settings.ts'
import { configPathRemedy, hostsTomlRemedy, isOfK3s, moveAwayRemedy } from './node-files.ts'
import { imageMakers } from './images.ts'
import { k3sAuthorityRemedy, registriesYamlRemedy } from './registries-yaml.ts'
import { manual, remedy, text, type Maker } from './remedy.ts'

const hostPort = (address: string): string => address.slice(address.lastIndexOf(':') + 1)

const makers: { readonly [C in Code]: Maker } = {
  'node-not-running': (finding) => [
    remedy(`start ${finding.subject.name}`, 'safe', {
      op: text(finding, 'state') === 'paused' ? 'container.unpause' : 'container.start',
      container: text(finding, 'container'),
    }),
  ],
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
  'registry-not-found': (finding) => {
    const [, host = '', port = ''] = /^(.*?)(?::(\d+))?$/.exec(text(finding, 'address')) ?? []
    const hosts = finding.data['registryHosts'] as string[]
    const published = hosts.map((one) => /^(?:localhost|127\.0\.0\.1):(\d+)$/.exec(one)?.[1]).find((one) => one !== undefined) ?? '5001'
    // A loopback address is where the host reaches it, and no name that a container could have.
    const named = /^[a-zA-Z][\w-]*$/.test(host) && host !== 'localhost'
    const [container, inner] = named ? [host, port || '5000'] : ['kind-registry', '5000']
    return [
      remedy(
        `create ${container} ${named ? 'again, then push the images again' : 'as a registry, then push the images'}`,
        'safe',
        { op: 'container.run', container, image: 'registry:3', publish: `127.0.0.1:${published}:${inner}`, restart: 'always' },
        ...[...new Set(finding.data['networks'] as string[])].map((network): Step => ({
          op: 'network.connect',
          network,
          container,
          aliases: [],
        })),
      ),
    ]
  },
  'registry-hanging': (finding) =>
    finding.data['paused'] === true
      ? [remedy(`unpause ${text(finding, 'container')}`, 'safe', { op: 'container.unpause', container: text(finding, 'container') })]
      : [
          manual(
            'read its log, then restart it',
            `docker logs --tail 50 ${finding.subject.name}`,
            `docker restart ${finding.subject.name}`,
          ),
        ],
  'registry-port-not-published': (finding) => {
    const name = text(finding, 'container')
    return [
      manual(
        'create the container again with a published port, keeping its content',
        `docker stop ${name} && docker rename ${name} ${name}-old`,
        `docker run -d --restart=always -p 127.0.0.1:5001:5000 --volumes-from ${name}-old --name ${name} ${text(finding, 'image')}`,
        '# then attach it to the networks that it was on:',
        `docker network connect NETWORK ${name}`,
      ),
    ]
  },
  'registry-port-conflict': (finding) => [
    manual(
      'see who holds the port, then stop it or publish the registry elsewhere',
      `ss -ltnp 'sport = :${hostPort(text(finding, 'hostAddress'))}'`,
    ),
  ],
  'registry-not-answering': (finding) => [
    manual('see what the registry says', `docker logs --tail 50 ${finding.subject.name}`, `docker port ${finding.subject.name}`),
  ],
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
  'registry-unreachable-from-node': (finding) => [
    manual(
      'compare the address in hosts.toml with where the registry listens',
      // The pattern is for a shell in the node.
      `docker exec ${(finding.data['nodes'] as string[])[0]} sh -c 'cat ${isOfK3s(finding) ? '/var/lib/rancher/k3s/agent' : ''}/etc/containerd/certs.d/*/hosts.toml'`,
      ...(finding.data['container']
        ? [`docker inspect -f '{{json .Config.ExposedPorts}} {{json .NetworkSettings.Networks}}' ${text(finding, 'container')}`]
        : []),
    ),
  ],
  'cri-not-available': (finding) => [
    isOfK3s(finding)
      ? k3sLogRemedy(text(finding, 'node'))
      : manual(
          'read why, then start it again',
          `docker exec ${text(finding, 'node')} journalctl -u containerd -n 30 --no-pager`,
          `docker exec ${text(finding, 'node')} systemctl restart containerd`,
        ),
  ],
  'config-path-missing': (finding) => [configPathRemedy(finding)],
  'hosts-toml-missing': mirrorRemedy,
  'hosts-toml-wrong-endpoint': mirrorRemedy,
  'config-path-list-ignored': (finding) => [configPathRemedy(finding)],
  'mirrors-and-config-path': (finding) => [mirrorsRemedy(finding)],
  'hosts-toml-invalid': mirrorRemedy,
  'hosts-toml-no-capability': mirrorRemedy,
  'hosts-toml-unusable': (finding) => {
    if (typeof finding.data['blocking'] === 'string') return [moveAwayRemedy(finding, 'blocking')]
    return [text(finding, 'endpoint').startsWith('https:') ? certificateRemedy(finding) : hostsTomlRemedy(finding)]
  },
  'hosts-toml-shadowed': (finding) => [
    text(finding, 'taken').endsWith('/_default') ? hostsTomlRemedy(finding) : moveAwayRemedy(finding, 'taken'),
  ],
  'http-registry-asked-over-https': mirrorRemedy,
  'registries-yaml-missing': (finding) => [registriesYamlRemedy(finding)],
  'registries-yaml-invalid': (finding) => [registriesYamlRemedy(finding)],
  'registries-yaml-unknown-key': (finding) => [registriesYamlRemedy(finding)],
  'registries-yaml-key-mismatch': (finding) => [registriesYamlRemedy(finding)],
  'registries-yaml-not-applied': (finding) => [registriesYamlRemedy(finding)],
  'hosts-toml-will-be-overwritten': (finding) => [registriesYamlRemedy(finding)],
  'default-endpoint-flag-ineffective': () => [
    manual(
      'give the flag to every node of the next cluster, and keep `configs` free of the registry host',
      `# k3d cluster create --k3s-arg '--disable-default-registry-endpoint@server:*' --k3s-arg '--disable-default-registry-endpoint@agent:*'`,
    ),
  ],
  'registry-certificate-untrusted': (finding) => [isOfK3s(finding) ? k3sAuthorityRemedy(finding) : certificateRemedy(finding)],
  'registry-certificate-wrong-name': (finding) => [
    manual(
      `make a certificate that has the name by which the nodes ask, then start ${text(finding, 'container') || 'the registry'} with it`,
      `# as subjectAltName: ${new URL(text(finding, 'endpoint')).hostname}, and localhost for pushes`,
    ),
  ],
  'registry-certificate-expired': (finding) => [
    manual(
      'compare the time on the node with the certificate, then make a new one',
      `docker exec ${(finding.data['nodes'] as string[])[0]} date`,
    ),
  ],
  'node-dns-broken': (finding) => [dnsRemedy(finding)],
  'node-proxy-in-the-way': (finding) => [proxyRemedy(finding)],
  ...imageMakers,
  'hosting-configmap-missing': configMapRemedy,
  'hosting-configmap-wrong': configMapRemedy,
}

/** k3s starts its containerd itself, and ends with it. */
const k3sLogRemedy = (node: string): Remedy =>
  manual('read what k3s says, then start the node again', `docker logs --tail 50 ${node}`, `docker restart ${node}`)

/** What leads a node to the registry, where it is written. */
function mirrorRemedy(finding: Finding): Remedy[] {
  return [isOfK3s(finding) ? registriesYamlRemedy(finding) : hostsTomlRemedy(finding)]
}

/** The name by which nodes ask for the registry, where the container has another. */
function aliasFor(finding: Finding): string[] {
  const asked = text(finding, 'address').replace(/:\d+$/, '')
  return asked === '' || asked === finding.data['container'] || /^[\d.]+$/.test(asked) ? [] : [asked]
}

function configMapRemedy(finding: Finding): Remedy[] {
  const { host, kubectl } = finding.data
  if (typeof host !== 'string' || typeof kubectl !== 'string')
    return [manual('publish the registry on the host first', '# then name its address in the ConfigMap')]
  return [
    remedy(`write the ConfigMap with ${host}`, 'safe', {
      op: 'configmap.put',
      cluster: finding.subject.cluster ?? finding.subject.name,
      kubectl,
      namespace: 'kube-public',
      name: 'local-registry-hosting',
      data: { 'localRegistryHosting.v1': `{host: "${host}", help: "https://kind.sigs.k8s.io/docs/user/local-registry/"}` },
    }),
  ]
}

/** What makes a finding go away: every code has at least one remedy. */
export const remediesFor = (finding: Finding): Remedy[] => makers[finding.code](finding)
