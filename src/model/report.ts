import * as v from 'valibot'
import { reportedFindingSchema } from './finding.ts'
import { hopSchema, subjectSchema } from './words.ts'

export const schemaVersion = 1

export const providerSchema = v.picklist(['kind', 'k3d'])
export type Provider = v.InferOutput<typeof providerSchema>

export const reportedNodeSchema = v.object({
  name: v.string(),
  role: v.string(),
  running: v.boolean(),
  containerRuntime: v.optional(v.string()),
  kubelet: v.optional(v.string()),
  address: v.optional(v.string()),
})

export const reportedClusterSchema = v.object({
  name: v.string(),
  provider: providerSchema,
  /** The kubeconfig context that was proven to lead to this cluster. */
  context: v.nullable(v.string()),
  network: v.string(),
  nodes: v.array(reportedNodeSchema),
})

export const reportedRegistrySchema = v.object({
  name: v.string(),
  container: v.optional(v.string()),
  image: v.optional(v.string()),
  running: v.optional(v.boolean()),
  networks: v.optional(v.array(v.object({ name: v.string(), address: v.string() }))),
  hostAddress: v.optional(v.string()),
  hostUrl: v.optional(v.pipe(v.string(), v.description('Where this machine asked it, where the user named it (--registry-url).'))),
  address: v.string(),
  registryHosts: v.array(v.string()),
  clusters: v.array(v.string()),
})

export const rootCauseSchema = v.object({
  finding: v.string(),
  code: v.string(),
  explains: v.array(v.string()),
  symptoms: v.array(v.string()),
})

export const symptomSchema = v.object({
  id: v.string(),
  cluster: v.string(),
  namespace: v.string(),
  pod: v.string(),
  container: v.string(),
  /** Empty where it is not scheduled yet. */
  node: v.string(),
  image: v.string(),
  /** As kubectl takes it: `deploy/app`. */
  owner: v.optional(v.string()),
  reason: v.string(),
  message: v.string(),
  class: v.string(),
  /** `stale`: the image can be had now, the pod only waits for its next try; `intermittent`: it can be had now and then. */
  state: v.picklist(['current', 'stale', 'intermittent']),
  rootCause: v.nullable(v.string()),
  /** The local registry that the image is of; null for an image from elsewhere, which is no matter of this tool. */
  registry: v.optional(v.nullable(v.string())),
  /** What to know of it where no root cause tells: what its class means, or what makes the pod go on. */
  explanation: v.optional(v.string()),
  /** Where the pod only waits for its next try: what makes the kubelet try at once, to be pasted. */
  command: v.optional(v.string()),
  /** The time until which the kubelet does not try again, where its events tell. */
  backOffUntil: v.optional(v.string()),
})

export const resultStatusSchema = v.picklist(['pass', 'fail', 'skip', 'blocked', 'error'])
export type ResultStatus = v.InferOutput<typeof resultStatusSchema>

export const checkResultSchema = v.object({
  subject: subjectSchema,
  status: resultStatusSchema,
  /** Why it was skipped, blocked or went wrong. */
  reason: v.optional(v.string()),
  findings: v.array(v.string()),
  durationMs: v.number(),
  timings: v.optional(v.record(v.string(), v.number())),
  /** The legs of the way that a probe took, by registry host, in their order; where one fails it is the last. */
  hops: v.optional(
    v.array(
      v.object({
        registryHost: v.string(),
        hop: hopSchema,
        status: v.picklist(['pass', 'fail']),
        /** Milliseconds. */
        ms: v.optional(v.number()),
      }),
    ),
  ),
  /** What the reader should know of the judgement itself. */
  notes: v.optional(v.array(v.string())),
})
export type CheckResult = v.InferOutput<typeof checkResultSchema>

export const reportedCheckSchema = v.object({
  id: v.string(),
  title: v.string(),
  results: v.array(checkResultSchema),
})

export const errorSchema = v.object({ code: v.string(), message: v.string() })

/** What every document says of its run. */
export const envelope = {
  schemaVersion: v.literal(schemaVersion),
  tool: v.object({ name: v.string(), version: v.string() }),
  startedAt: v.pipe(v.string(), v.description('When the run began; with check --wait, the first examination of it.')),
  durationMs: v.pipe(
    v.number(),
    v.description('What the whole run took; with check --wait, with all examinations and what lay between them.'),
  ),
  /** `files`: judged from files alone, without any cluster. */
  mode: v.picklist(['live', 'bundle', 'files']),
  status: v.picklist(['healthy', 'unhealthy', 'incomplete']),
  exitCode: v.number(),
  error: v.optional(errorSchema),
}

/** An exit code in a word. */
export const statusOf = (exitCode: number): Report['status'] => (exitCode === 0 ? 'healthy' : exitCode === 1 ? 'unhealthy' : 'incomplete')

/** What `check` found. Also the document of a run that could not start: status incomplete, `error` and empty lists. */
export const checkReportSchema = v.object({
  ...envelope,
  kind: v.literal('CheckReport'),
  /** Where only a part was asked after: pods of a namespace, one pod, or the pods of a workload (`deploy/app`). */
  only: v.optional(v.object({ namespace: v.optional(v.string()), pod: v.optional(v.string()), owner: v.optional(v.string()) })),
  clusters: v.array(reportedClusterSchema),
  registries: v.array(reportedRegistrySchema),
  /** What discovery chose, and why: `-v` prints it. */
  choices: v.optional(v.array(v.object({ about: v.string(), why: v.string() }))),
  findings: v.array(reportedFindingSchema),
  rootCauses: v.array(rootCauseSchema),
  symptoms: v.array(symptomSchema),
  checks: v.array(reportedCheckSchema),
})
export type Report = v.InferOutput<typeof checkReportSchema>

/** What `list` prints. */
export const listSchema = v.object({
  ...envelope,
  kind: v.literal('List'),
  of: v.picklist(['checks', 'codes', 'reporters', 'incidents', 'fixes']),
  items: v.array(v.looseObject({ id: v.string(), title: v.string() })),
})
export type ListDocument = v.InferOutput<typeof listSchema>
