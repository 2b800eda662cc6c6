import type { Code } from '../../src/model/codes.ts'
import type { Finding } from '../../src/model/finding.ts'

/** A finding as a check could have made it. */
export const finding = (code: Code, subject: Finding['subject'], more: Partial<Finding> = {}): Finding => ({
  code,
  subject,
  hop: 'registry',
  message: `${code} of ${subject.name}`,
  data: {},
  evidence: [{ vantage: 'engine', asked: code, saw: subject.name }],
  ...more,
})

export const ofRegistry = (code: Code, name = 'kind-registry', cluster?: string): Finding =>
  finding(code, { kind: 'registry', ...(cluster !== undefined && { cluster }), name })

/** What a node sees of a registry. */
export const atNode = (code: Code, name: string, registry = 'kind-registry', cluster = 'dev'): Finding =>
  finding(code, { kind: 'node', cluster, name }, { qualifier: registry, data: { registry } })

export const ofCluster = (code: Code, registry: string | null = 'kind-registry', name = 'dev', more: Finding['data'] = {}): Finding =>
  finding(code, { kind: 'cluster', name }, { data: { registry, ...more } })
