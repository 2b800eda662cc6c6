import { isLocalhost } from '../containerd/go/net.ts'
import type { Mirror, Place, Registries } from './registries-yaml.ts'

/** Where k3s' own registry listens, on every node. */
export const embeddedAddress = '127.0.0.1:6443'

const agent = '/var/lib/rancher/k3s/agent'
const nowhere: Place = { line: 0, column: 0 }

/**
 * What k3s adds to a registries.yaml for its own registry: it is asked first for every mirror that is not the machine itself.
 * Source: k3s v1.29.4 to v1.34, pkg/spegel/registry.go (InjectMirror) and pkg/agent/config/config.go.
 */
export function withEmbeddedRegistry({ mirrors, configs }: Registries): Pick<Registries, 'mirrors' | 'configs'> {
  const tls = {
    ...nowhere,
    caFile: `${agent}/server-ca.crt`,
    certFile: `${agent}/client-k3s-controller.crt`,
    keyFile: `${agent}/client-k3s-controller.key`,
    insecureSkipVerify: false,
  }
  const first = { ...nowhere, value: `https://${embeddedAddress}/v2` }
  const mirrored: { [registryHost: string]: Mirror } = Object.create(null) as typeof mirrored
  for (const [registryHost, mirror] of Object.entries(mirrors))
    mirrored[registryHost] = isLocalhost(registryHost) ? mirror : { ...mirror, endpoints: [first, ...mirror.endpoints] }
  mirrored[embeddedAddress] = { ...nowhere, endpoints: [first], rewrites: {} }
  const configured = Object.assign(Object.create(null) as typeof configs, configs, { [embeddedAddress]: { ...nowhere, auth: null, tls } })
  return { mirrors: mirrored, configs: configured }
}
