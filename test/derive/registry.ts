import type { Registry } from '../../src/model/topology.ts'

/** The registry of kind's documentation. */
export const kindRegistry: Registry = {
  name: 'kind-registry',
  place: 'container',
  address: 'kind-registry:5000',
  scheme: 'http',
  hostAddress: '127.0.0.1:5001',
  registryHosts: ['localhost:5001'],
  references: [],
  clusters: ['dev'],
  role: 'registry',
}
