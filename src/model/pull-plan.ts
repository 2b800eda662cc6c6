import * as v from 'valibot'
import { pullErrorClassSchema } from './pull-error.ts'
import { envelope } from './report.ts'

/** One URL base that containerd may try. */
export const plannedEndpointSchema = v.object({
  url: v.string(),
  scheme: v.string(),
  host: v.string(),
  path: v.string(),
  capabilities: v.array(v.string()),
  skipVerify: v.boolean(),
  /** HTTPS first, then HTTP where the other side does not speak HTTPS. */
  httpFallback: v.boolean(),
  ca: v.optional(v.array(v.string())),
  client: v.optional(v.array(v.array(v.string()))),
  /** Names of the headers that are sent along; their values may be secrets. */
  headers: v.optional(v.array(v.string())),
  dialTimeout: v.optional(v.string()),
  source: v.picklist(['hosts.toml', 'default', 'mirrors']),
  file: v.optional(v.string()),
  line: v.optional(v.number()),
  column: v.optional(v.number()),
  /** Why it is not tried for this image; absent where it is. */
  skipped: v.optional(v.string()),
})
export type PlannedEndpoint = v.InferOutput<typeof plannedEndpointSchema>

/** One request as the node's containerd made it, with its answer (`status`) or why none came (`error`). */
export const pullAttemptSchema = v.object({
  /** Index in `endpoints`. */
  endpoint: v.number(),
  method: v.string(),
  url: v.string(),
  status: v.optional(v.number()),
  error: v.optional(v.string()),
  /** Milliseconds until the answer or the error came; absent in replays of older recordings. */
  ms: v.optional(v.number()),
})
export type PullAttempt = v.InferOutput<typeof pullAttemptSchema>

export const pullOutcomeSchema = v.picklist(['ok', 'fails', 'unknown'])

/** `text` is what the kubelet will show. */
export const pullErrorSchema = v.object({ class: pullErrorClassSchema, text: v.string() })
export type PullError = v.InferOutput<typeof pullErrorSchema>

/** What would come of answers that nobody was asked for: what each endpoint that is tried answers, in their order. */
export const supposedPullSchema = v.object({
  answers: v.array(v.string()),
  outcome: pullOutcomeSchema,
  /** Index in `endpoints` of the one that serves. */
  servedBy: v.optional(v.number()),
  error: v.optional(pullErrorSchema),
})
export type SupposedPull = v.InferOutput<typeof supposedPullSchema>

/** What comes of pulling one image on one node. */
export const nodePullPlanSchema = v.object({
  cluster: v.optional(v.string()),
  node: v.optional(v.string()),
  /** The containers of the pod that name the image, where a pod was asked for. */
  containers: v.optional(v.array(v.object({ name: v.string(), kind: v.string(), pullPolicy: v.optional(v.string()) }))),
  /** As it was asked for. */
  image: v.string(),
  /** As containerd reads it; absent where it cannot be read. */
  reference: v.optional(
    v.object({
      canonical: v.string(),
      registryHost: v.string(),
      repository: v.string(),
      tag: v.optional(v.string()),
      digest: v.optional(v.string()),
    }),
  ),
  /** Its version; `unknown` where the node could not be asked. */
  containerd: v.string(),
  /** The version whose rules are used, where this one is newer than all that are known. */
  rulesOf: v.optional(v.string()),
  /** `transfer`: through containerd's transfer service; `local`: the CRI itself; `none`: the CRI plugin does not load. */
  path: v.optional(v.picklist(['transfer', 'local', 'none'])),
  /** The setting because of which the transfer service is not used, in containerd's words. */
  transferNotUsed: v.optional(v.string()),
  /** The roots of config_path that are read. */
  roots: v.optional(v.array(v.string())),
  /** The file that sets config_path; absent where it is containerd's default. */
  rootsFrom: v.optional(v.string()),
  /** config_path is a list, and is taken for one name: no directory is ever found. */
  listIgnored: v.optional(v.boolean()),
  /** The directory of certs.d that decides. */
  directory: v.optional(v.string()),
  /** Why the hosts.toml of that directory is ignored. */
  rejected: v.optional(v.object({ file: v.string(), line: v.number(), column: v.number(), message: v.string() })),
  /** containerd tries the endpoints in an order that differs from pull to pull. */
  unordered: v.optional(v.boolean()),
  /** In the order in which containerd tries them. */
  endpoints: v.array(plannedEndpointSchema),
  attempts: v.array(pullAttemptSchema),
  outcome: pullOutcomeSchema,
  /** Index in `endpoints` of the one that serves. */
  servedBy: v.optional(v.number()),
  /** Why the outcome is unknown, or what else there is to say of it. */
  reason: v.optional(v.string()),
  error: v.optional(pullErrorSchema),
  /** Plan and trace say different things: a fault of this tool. What is reported is the trace. */
  difference: v.optional(v.object({ expected: v.string(), saw: v.string() })),
  /** From files alone: what would come of which answers. */
  supposed: v.optional(v.array(supposedPullSchema)),
  /** From files alone: what of a node was not given and what is assumed of it, and what of the files is not used. */
  notes: v.optional(v.array(v.string())),
})
export type NodePullPlan = v.InferOutput<typeof nodePullPlanSchema>

/** What `explain` says of an image. */
export const pullPlanSchema = v.object({
  ...envelope,
  kind: v.literal('PullPlan'),
  pod: v.optional(v.object({ cluster: v.string(), namespace: v.string(), name: v.string(), node: v.optional(v.string()) })),
  plans: v.array(nodePullPlanSchema),
  /** Nodes that were not asked, and why. */
  notAsked: v.array(v.object({ cluster: v.string(), node: v.string(), why: v.string() })),
})
export type PullPlanDocument = v.InferOutput<typeof pullPlanSchema>
