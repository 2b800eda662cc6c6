import type { KnownKeys } from '../known-keys.ts'

const any = 'any' as const
const auth: KnownKeys = { keys: { username: any, password: any, auth: any, identitytoken: any } }

/**
 * What k3d knows of a registries.yaml that it is given: what k3s knows, but for the name of the token.
 * Source: wharfie v0.6.2, pkg/registries/types.go (its JSON names).
 */
export const keysOfK3d: KnownKeys = {
  keys: {
    mirrors: { of: { keys: { endpoint: any, rewrite: any } } },
    configs: { of: { keys: { auth, tls: { keys: { ca_file: any, cert_file: any, key_file: any, insecure_skip_verify: any } } } } },
    auths: { of: auth },
  },
}
