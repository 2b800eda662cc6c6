import { isMap, parseDocument, Scalar, YAMLMap, type Document } from 'yaml'
import { lintFile } from '../../../lint/lint.ts'
import { authorityPath } from '../k3d-nodes.ts'
import { SetupRefusal } from '../options.ts'
import { registriesYamlFor, registryHostsFor } from '../registries-yaml.ts'
import type { SetupRegistry } from '../registry-container.ts'
import { endpointOf } from '../target.ts'
import type { ClusterConfig, GivenConfig } from './kind-config.ts'

const usual = 'apiVersion: k3d.io/v1alpha5\nkind: Simple\nkubeAPI:\n  hostIP: 127.0.0.1\n'

/**
 * The configuration of a k3d cluster whose nodes are led to a registry: what the user gives, with mirrors for it. The registry
 * is a plain container, so it stands under registries.config: under registries.use k3d takes only what it has labelled itself
 * (k3d v5.8.3, pkg/client/registry.go). Pure.
 * @param isTls whether nodes are to trust an authority that they are given afterwards
 * @throws SetupRefusal where k3d would refuse it
 */
export function k3dClusterConfig(given: GivenConfig | null, registry: Omit<SetupRegistry, 'detail'>, isTls: boolean): ClusterConfig {
  const path = given?.path ?? 'k3d.yaml'
  const document = parseDocument(given?.text ?? usual, { logLevel: 'silent' })
  if (document.errors.length > 0 || !isMap(document.contents))
    throw new SetupRefusal('cluster-config', `${path} is no YAML of one mapping: ${document.errors[0]?.message ?? 'it is something else'}`)
  const registries = registriesOf(path, document)
  const inner: unknown = registries.get('config')
  if (typeof inner === 'string' && inner !== '' && !inner.includes('\n'))
    return {
      config: given!.text,
      notes: [`registries.config of ${path} names a file, which is left as it is: the mirrors are written on the nodes afterwards`],
    }
  const { address, port } = registry
  const before = typeof inner === 'string' && inner !== '' ? inner : null
  const text = registriesYamlFor(
    before,
    registryHostsFor('k3d', address, port),
    address,
    endpointOf(registry),
    isTls ? authorityPath(registry) : undefined,
  )
  if (text === null) throw new SetupRefusal('cluster-config', `registries.config of ${path} cannot be added to: it is no mapping`)
  const block = new Scalar(text)
  block.type = Scalar.BLOCK_LITERAL
  registries.set('config', block)
  const config = document.toString({ lineWidth: 0 })
  const problem = (lintFile({ path: 'k3d.yaml', text: config }, {}) ?? [])
    .flatMap((one) => one.problems)
    .find(({ severity }) => severity === 'error')
  if (problem) throw new SetupRefusal('cluster-config', `${path}: ${problem.message}`)
  return { config, notes: [] }
}

function registriesOf(path: string, document: Document): YAMLMap {
  const found: unknown = document.get('registries')
  if (isMap(found)) return found
  if (found !== undefined && found !== null) throw new SetupRefusal('cluster-config', `registries of ${path} is no mapping`)
  const made = new YAMLMap(document.schema)
  document.set('registries', made)
  return made
}
