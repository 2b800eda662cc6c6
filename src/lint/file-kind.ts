import { fileKinds, type FileKind } from '../model/lint-report.ts'

/** What tells a kind of file by its lines, also where it cannot be parsed. */
const marks: { readonly [kind in FileKind]: RegExp } = {
  'kind-config': /^apiVersion:\s*['"]?kind\.(?:x-k8s\.io|sigs\.k8s\.io)\//m,
  'k3d-config': /^apiVersion:\s*['"]?k3d\.io\//m,
  'registries.yaml': /^(?:mirrors?|configs?|auths)\s*:/m,
  'hosts.toml': /^[ \t]*(?:\[+[ \t]*["']?hosts?["']?[ \t]*[.\]]|(?:server|capabilities|skip_verify|ca|client|host\.[^=\n]*)[ \t]*=)/m,
  'config.toml':
    /^[ \t]*(?:\[+[ \t]*(?:plugins|grpc|proxy_plugins|ttrpc|debug|metrics|cgroup)\b|(?:version|imports|root|state|disabled_plugins)[ \t]*=)/m,
}

const names: { readonly [kind in FileKind]: RegExp } = {
  'kind-config': /(?:^|[^a-z])kind(?:[^a-z].*)?\.ya?ml$/i,
  'k3d-config': /(?:^|[^a-z])k3d(?:[^a-z].*)?\.ya?ml$/i,
  'registries.yaml': /^registr(?:y|ies)(?:[^a-z].*)?\.ya?ml$/i,
  'hosts.toml': /^hosts?(?:[^a-z].*)?\.toml$/i,
  'config.toml': /^config(?:[^a-z].*)?\.toml$/i,
}

/** What a file is: by its content, then by its name; null where neither tells. */
export function fileKindOf(path: string, content: string): FileKind | null {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const fits = (kind: FileKind): boolean =>
    /\.ya?ml$/i.test(name) ? !kind.endsWith('.toml') : /\.toml$/i.test(name) ? kind.endsWith('.toml') : true
  const text = content.replace(/^\uFEFF/, '')
  return fileKinds.find((kind) => fits(kind) && marks[kind].test(text)) ?? fileKinds.find((kind) => names[kind].test(name)) ?? null
}
