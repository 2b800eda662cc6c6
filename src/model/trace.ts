import * as v from 'valibot'
import { reportedFindingSchema } from './finding.ts'
import { envelope, rootCauseSchema } from './report.ts'

/** Where on its way an image is looked for, in the order of the way. */
export const placeKinds = [
  'engine',
  'builder',
  'registry-from-engine',
  'registry-from-host',
  'registry-from-node',
  'node-store',
  'pod',
] as const

/** What one place has of an image. */
export const placeSchema = v.object({
  place: v.picklist(placeKinds),
  /** Of the engine, a container, the registry, a node; of a pod `NAMESPACE/NAME`. */
  name: v.string(),
  cluster: v.optional(v.string()),
  node: v.optional(v.string()),
  /** The container of a pod, what the pod belongs to, and the policy by which it pulls. */
  container: v.optional(v.string()),
  owner: v.optional(v.string()),
  pullPolicy: v.optional(v.string()),
  /** The reference that was asked for there. */
  asked: v.string(),
  state: v.picklist(['holds', 'missing', 'incomplete', 'fails', 'unknown', 'not-asked']),
  digest: v.optional(v.string()),
  /** What the digest is of. */
  of: v.optional(v.picklist(['index', 'manifest', 'config'])),
  platforms: v.optional(v.array(v.string())),
  /** When the image was made. */
  created: v.optional(v.string()),
  /** Since when it runs. */
  since: v.optional(v.string()),
  /** Whether it is the image of the registry, for the platform of this place; absent where that cannot be told. */
  same: v.optional(v.boolean()),
  /** What else there is to say of it: why it was not asked, what it answered instead. */
  detail: v.optional(v.string()),
  /** Id of the finding that tells what is wrong here. */
  finding: v.optional(v.string()),
})
export type Place = v.InferOutput<typeof placeSchema>

/** One image on its way. */
export const imageTraceSchema = v.object({
  /** As it was asked for. */
  image: v.string(),
  /** As containerd reads it. */
  reference: v.string(),
  /** The local registry that it is of; null where it is of none. */
  registry: v.nullable(v.string()),
  places: v.array(placeSchema),
  /** Index of the first place at which something is wrong; absent where nothing is. */
  first: v.optional(v.number()),
})
export type ImageTrace = v.InferOutput<typeof imageTraceSchema>

/** What `trace` says of an image, or of those of a pod. */
export const traceSchema = v.object({
  ...envelope,
  kind: v.literal('Trace'),
  pod: v.optional(v.object({ cluster: v.string(), namespace: v.string(), name: v.string(), node: v.optional(v.string()) })),
  traces: v.array(imageTraceSchema),
  /** As in a CheckReport. */
  findings: v.array(reportedFindingSchema),
  rootCauses: v.array(rootCauseSchema),
})
export type TraceDocument = v.InferOutput<typeof traceSchema>
