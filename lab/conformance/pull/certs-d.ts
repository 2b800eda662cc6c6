/** The files of a row's certs.d. */
import type { Row } from './axes.ts'
import { askedHost, imageForms } from './sites.ts'

export const firstRoot = '/etc/containerd/certs.d'
export const secondRoot = '/etc/docker/certs.d'

/** Absolute path → content; `@ca` stands for the certificate of the authority that signs what speaks `tls`. */
export type CertsDFiles = { readonly [path: string]: string }

const mirror = 'http://mirror.lan:5000'
const host = (url: string, ...lines: string[]): string => [`[host."${url}"]`, ...lines.map((line) => `  ${line}`), ''].join('\n')

export function certsDFiles({ certsD, image }: Pick<Row, 'certsD' | 'image'>): CertsDFiles {
  const { host: registry } = imageForms[image]
  const own = `${firstRoot}/${registry}`
  const underscored = `${firstRoot}/${registry.replace(/:(\d+)$/, '_$1_')}`
  const toml = (text: string, directory = own): CertsDFiles => ({ [`${directory}/hosts.toml`]: text })
  switch (certsD) {
    case 'none':
      return {}
    case 'http':
      return toml(host(mirror))
    case 'underscores':
      return toml(host(mirror), underscored)
    case '_default':
      return toml(host(mirror), `${firstRoot}/_default`)
    case 'https-skip':
      return toml(host('https://mirror.lan:5000', 'skip_verify = true'))
    case 'https-ca':
      return { ...toml(host('https://mirror.lan:5000', 'ca = "authority.pem"')), [`${own}/authority.pem`]: '@ca' }
    case 'http-skip':
      return toml(host(mirror, 'skip_verify = true'))
    case 'http-server':
      return toml(`server = "http://${askedHost(registry)}"\n${host(mirror)}`)
    case 'server-only':
      return toml('server = "http://mirror.lan:5000"\n')
    case 'push-only':
      return toml(host(mirror, 'capabilities = ["push"]'))
    case 'pull-only':
      return toml(host(mirror, 'capabilities = ["pull"]'))
    case 'no-capability':
      return toml(
        `server = "http://mirror.lan:5000"\ncapabilities = ["push"]\n${host('http://second.lan:5000', 'capabilities = ["push"]')}`,
      )
    case 'no-scheme':
      return toml(host('mirror.lan:5000'))
    case 'invalid':
      return toml(`[host."${mirror}"\n`)
    case 'empty':
      return toml('')
    case 'no-ca':
      return toml(host(mirror, 'ca = "missing.pem"'))
    case 'bad-ca':
      return { ...toml(host(mirror, 'ca = "authority.pem"')), [`${own}/authority.pem`]: 'not a certificate\n' }
    case 'own-path':
      return toml(host(`${mirror}/v2/cache`, 'override_path = true'))
    case 'longer-path':
      return toml(host(`${mirror}/cache`))
    case 'two':
      return toml(`${host(mirror)}${host('http://second.lan:5000')}`)
    case 'second-root':
      return toml(host(mirror), `${secondRoot}/${registry}`)
    case 'shadowed':
      return { ...toml(host(mirror), `${firstRoot}/_default`), [`${own}/host.toml`]: host(mirror) }
    case 'docker-style':
      return { [`${own}/ca.crt`]: '@ca' }
    case 'file':
      return { [own]: host(mirror) }
  }
}
