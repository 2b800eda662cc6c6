import { quote } from '../containerd/go/quote.ts'
import type { Auth, Registries, Tls } from './registries-yaml.ts'

/**
 * What k3s puts into containerd's config.toml where it writes no hosts.toml files. Empty lines are left out, and what is
 * secret is not told.
 * Source: k3s v1.28, pkg/agent/templates/templates_linux.go (ContainerdConfigTemplate).
 * @param version of config.toml: 1 names the CRI plugin `cri`
 */
export function configToml({ mirrors, configs }: Pick<Registries, 'mirrors' | 'configs'>, version: 1 | 2): string {
  const table = `plugins.${version === 1 ? 'cri' : '"io.containerd.grpc.v1.cri"'}.registry`
  const lines = [...(version === 2 ? ['version = 2'] : []), ...(Object.keys(mirrors).length > 0 ? [`[${table}.mirrors]`] : [])]
  for (const registryHost of Object.keys(mirrors).toSorted()) {
    const { endpoints, rewrites } = mirrors[registryHost]!
    lines.push(`[${table}.mirrors."${registryHost}"]`, `  endpoint = [${endpoints.map(({ value }) => quote(value)).join(', ')}]`)
    const patterns = Object.keys(rewrites).toSorted()
    if (patterns.length > 0) lines.push(`  [${table}.mirrors."${registryHost}".rewrite]`)
    lines.push(...patterns.map((pattern) => `    "${pattern}" = "${rewrites[pattern]}"`))
  }
  for (const registryHost of Object.keys(configs).toSorted()) {
    const { auth, tls } = configs[registryHost]!
    if (auth) lines.push(`[${table}.configs."${registryHost}".auth]`, ...authLines(auth))
    if (tls) lines.push(`[${table}.configs."${registryHost}".tls]`, ...tlsLines(tls))
  }
  return lines.map((line) => `${line}\n`).join('')
}

function authLines({ username, password, auth, identityToken }: Auth): string[] {
  const given = Object.entries({ username, password, auth, identitytoken: identityToken }).filter(([, value]) => value !== '')
  return given.map(([name]) => `  ${name} = "[hidden]"`)
}

function tlsLines({ caFile, certFile, keyFile, insecureSkipVerify }: Tls): string[] {
  const given = Object.entries({ ca_file: caFile, cert_file: certFile, key_file: keyFile }).filter(([, value]) => value !== '')
  return [...given.map(([name, value]) => `  ${name} = "${value}"`), ...(insecureSkipVerify ? ['  insecure_skip_verify = true'] : [])]
}
