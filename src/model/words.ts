import * as v from 'valibot'

/** Where something was observed. */
export const vantageSchema = v.picklist(['host', 'engine', 'node', 'pod', 'api'])
export type Vantage = v.InferOutput<typeof vantageSchema>

/** One leg of the way that an image takes, in the order in which it takes them. */
export const hops = ['push', 'publish', 'registry', 'network', 'name', 'port', 'resolve', 'manifest', 'blob', 'unpack', 'start'] as const
export const hopSchema = v.picklist(hops)
export type Hop = v.InferOutput<typeof hopSchema>

export const severitySchema = v.picklist(['error', 'warning'])
export type Severity = v.InferOutput<typeof severitySchema>

export const subjectKindSchema = v.picklist(['engine', 'registry', 'cluster', 'node', 'image', 'pod', 'file'])

/** What a judgement is about. `cluster` is absent where the subject belongs to no cluster (a registry container as such). */
export const subjectSchema = v.object({
  kind: subjectKindSchema,
  cluster: v.optional(v.string()),
  name: v.string(),
})
export type Subject = v.InferOutput<typeof subjectSchema>

/** `node/dev/dev-worker`, `registry/kind-registry`: the subject as one stable word, as used in ids. */
export function subjectPath(subject: Subject): string {
  return [subject.kind, subject.cluster, subject.name].filter((part) => part !== undefined).join('/')
}
