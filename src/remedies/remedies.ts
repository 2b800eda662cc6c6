import type { Code } from '../model/codes.ts'
import type { Finding, Remedy } from '../model/finding.ts'
import { certificateRemedy } from './certificate.ts'
import { dnsRemedy, mirrorsRemedy, proxyRemedy } from './node-settings.ts'
import { configPathRemedy, hostsTomlRemedy, isOfK3s, moveAwayRemedy } from './node-files.ts'
import { imageMakers } from './images.ts'
import { k3sAuthorityRemedy, registriesYamlRemedy } from './registries-yaml.ts'
import { quote } from './quote.ts'
import { registryMakers } from './registry.ts'
import { manual, remedy, text, type Maker } from './remedy.ts'

const makers: { readonly [C in Code]: Maker } = {
  'node-not-running': (finding) => [
    remedy(`start ${finding.subject.name}`, 'safe', {
      op: text(finding, 'state') === 'paused' ? 'container.unpause' : 'container.start',
      container: text(finding, 'container'),
    }),
  ],
  ...registryMakers,
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
  'cri-not-available': criRemedies,
  'config-path-missing': (finding) => [configPathRemedy(finding)],
  'hosts-toml-missing': mirrorRemedy,
  'hosts-toml-wrong-endpoint': mirrorRemedy,
  'config-path-list-ignored': (finding) => [configPathRemedy(finding)],
  'mirrors-and-config-path': (finding) => [mirrorsRemedy(finding)],
  'hosts-toml-invalid': mirrorRemedy,
  'hosts-toml-no-capability': mirrorRemedy,
  'hosts-toml-unusable': (finding) => {
    const isTls = text(finding, 'endpoint').startsWith('https:')
    if (isOfK3s(finding)) return isTls ? authorityRemedy(finding) : mirrorRemedy(finding)
    if (typeof finding.data['blocking'] === 'string') return [moveAwayRemedy(finding, 'blocking')]
    return isTls ? authorityRemedy(finding) : mirrorRemedy(finding)
  },
  'hosts-toml-shadowed': (finding) =>
    text(finding, 'taken').endsWith('/_default') ? mirrorRemedy(finding) : [moveAwayRemedy(finding, 'taken')],
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
  'registry-certificate-untrusted': authorityRemedy,
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

/** What is wrong in its configuration is wrong after a restart too. */
function criRemedies(finding: Finding): Remedy[] {
  const [node, isK3s] = [text(finding, 'node'), isOfK3s(finding)]
  const log = isK3s ? `docker logs --tail 50 ${quote(node)}` : `docker exec ${quote(node)} journalctl -u containerd -n 30 --no-pager`
  const read = manual(`read what ${isK3s ? 'k3s' : 'containerd'} says`, log)
  if (finding.data['refused'] === true) return [read]
  // k3s starts its containerd itself, and ends with it.
  const restart = isK3s
    ? remedy(`start ${node} again`, 'destructive', { op: 'container.restart', container: node })
    : remedy(`start containerd on ${node} again`, 'disruptive', { op: 'service.restart', node, service: 'containerd' })
  return [restart, read]
}

/** What leads a node to the registry, where it is written. */
function mirrorRemedy(finding: Finding): Remedy[] {
  return [isOfK3s(finding) ? registriesYamlRemedy(finding) : hostsTomlRemedy(finding)]
}

/** What lets nodes trust the certificate of the registry. */
function authorityRemedy(finding: Finding): Remedy[] {
  return [isOfK3s(finding) ? k3sAuthorityRemedy(finding) : certificateRemedy(finding)]
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
