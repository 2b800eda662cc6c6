import type { CodeInfo } from './codes/code-info.ts'
import type { Code } from './codes.ts'

/**
 * What can be wrong with a file before a cluster exists, beside what a finding can be about: `lint` alone tells of it. A
 * contract like the codes of findings, each with a page in docs/codes.
 */
export const lintCodes = {
  'cluster-config-invalid': {
    title: 'kind or k3d refuses the file and makes no cluster',
    explanation:
      'kind and k3d read their configuration strictly: a key that they do not know, a value of another type, an apiVersion that is none, or a text that is no YAML ends `create cluster` before anything is made. kind also refuses patches of containerd’s configuration that are no TOML or do not apply; k3d, arguments of k3s whose node filters choose no node. A flag of k3s that does not exist lets k3d make a cluster whose nodes never start.',
    repair:
      'Change the line that is named. A key is meant for one level of the file: `containerdConfigPatches` stands at the top, not under a node.',
  },
  'unknown-key': {
    title: 'a key that its reader does not know and passes over in silence',
    explanation:
      'containerd passes over keys of a hosts.toml that it does not know, such as `insecure_skip_verify` (a key of registries.yaml) in place of `skip_verify`, and k3d over those right under `registries`. Nothing tells of it; what the key says has no effect. Of a registries.yaml, `registries-yaml-unknown-key` tells.',
    repair: 'Write the key that is meant, or take it out.',
  },
  'setting-without-effect': {
    title: 'a setting that changes nothing, and breaks nothing',
    explanation:
      'A setting is read, and does nothing where it stands: `skip_verify` of a mirror that is plain HTTP, a mirror without an endpoint, `configs` of `*` beside a mirror of `*`, the deprecated `auths`, `tls` in the registry settings of containerd 2. Pulls go on as they would without it, so it is a warning, but whoever counts on it is misled.',
    repair: 'Take it out, or put it where it has an effect; the message says where that is.',
  },
} as const satisfies { readonly [code: string]: Omit<CodeInfo, 'severity'> }

export type LintCode = keyof typeof lintCodes | Code
