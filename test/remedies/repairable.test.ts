import { expect, test } from 'vitest'
import { codes, type Code } from '../../src/model/codes.ts'
import type { Remedy } from '../../src/model/finding.ts'
import { remediesFor } from '../../src/remedies/remedies.ts'
import { data, finding } from './finding-data.ts'

/** A remedy with a manual step is the reader's, whatever else it says. */
const kindOf = ({ risk, steps }: Remedy): string => (steps.some((one) => one.op === 'manual') ? 'manual' : risk)

/** What the tool can repair by itself, for each of the data of finding-data.ts, and at what risk. */
const expected: { readonly [C in Code]: readonly string[] } = {
  'node-not-running': ['safe', 'safe'],
  'registry-not-found': ['safe', 'safe', 'safe', 'safe'],
  'registry-not-running': ['safe', 'manual'],
  'registry-hanging': ['safe', 'disruptive or manual', 'manual'],
  'registry-port-not-published': ['disruptive', 'manual'],
  'registry-port-conflict': ['manual'],
  'registry-not-answering': ['manual', 'manual'],
  'registry-not-on-network': ['safe', 'safe'],
  'registry-name-unresolvable': ['safe', 'manual'],
  'registry-unreachable-from-node': ['manual', 'manual'],
  'node-dns-broken': ['safe', 'manual'],
  'node-proxy-in-the-way': ['disruptive', 'manual'],
  'cri-not-available': ['disruptive or manual', 'manual', 'destructive or manual', 'manual'],
  'config-path-missing': ['disruptive', 'manual', 'manual', 'manual'],
  'config-path-list-ignored': ['disruptive'],
  'mirrors-and-config-path': ['disruptive', 'manual', 'manual'],
  'hosts-toml-missing': ['safe', 'safe'],
  'hosts-toml-wrong-endpoint': ['manual', 'safe'],
  'hosts-toml-invalid': ['safe', 'manual'],
  'hosts-toml-unusable': ['safe', 'safe', 'manual', 'safe', 'safe'],
  'hosts-toml-shadowed': ['safe', 'safe', 'safe'],
  'hosts-toml-no-capability': ['safe'],
  'http-registry-asked-over-https': ['safe'],
  'registry-certificate-untrusted': ['safe', 'manual', 'manual', 'manual', 'safe', 'safe'],
  'registry-certificate-wrong-name': ['manual', 'manual'],
  'registry-certificate-expired': ['manual'],
  'registries-yaml-missing': ['safe', 'manual', 'destructive', 'safe', 'safe'],
  'registries-yaml-invalid': ['manual', 'safe', 'destructive', 'manual', 'safe'],
  'registries-yaml-unknown-key': ['safe'],
  'registries-yaml-key-mismatch': ['safe'],
  'registries-yaml-not-applied': ['safe'],
  'hosts-toml-will-be-overwritten': ['safe'],
  'default-endpoint-flag-ineffective': ['manual'],
  'image-not-pushed': ['safe', 'safe', 'manual'],
  'image-not-in-registry': ['manual', 'manual'],
  'registry-emptied': ['manual'],
  'registry-content-incomplete': ['manual', 'manual'],
  'image-platform-mismatch': ['manual'],
  'image-stale-on-node': ['manual or manual', 'manual or manual', 'manual', 'manual', 'manual', 'manual'],
  'image-host-not-served': ['manual', 'manual'],
  'image-name-invalid': ['manual'],
  'error-masks-not-found': ['manual'],
  'registry-auth-required': ['manual'],
  'registry-forbids': ['manual'],
  'registry-rate-limits': ['manual', 'manual'],
  'registry-server-error': ['manual'],
  'node-disk-full': ['manual'],
  'pull-policy-never': ['manual'],
  'pull-queue-blocked': ['manual'],
  'container-not-started': ['manual'],
  'in-cluster-pull-failed': ['manual'],
  'hosting-configmap-missing': ['safe', 'manual'],
  'hosting-configmap-wrong': ['safe'],
}

test.each(Object.keys(codes) as Code[])('%s: what can be repaired by the tool itself', (code) => {
  expect(data[code].map((of) => remediesFor(finding(code, of)).map(kindOf).join(' or '))).toEqual(expected[code])
})
