import * as v from 'valibot'
import type { Code } from './codes.ts'
import type { Json } from './json.ts'
import { hopSchema, severitySchema, subjectPath, subjectSchema, vantageSchema, type Hop, type Subject } from './words.ts'

/** One thing that was seen: who asked what, and what came back. `command` lets the reader see it for themselves. */
export const evidenceSchema = v.object({
  vantage: vantageSchema,
  asked: v.string(),
  saw: v.string(),
  command: v.optional(v.string()),
})
export type Evidence = v.InferOutput<typeof evidenceSchema>

/** One thing that is wrong, as a check states it. */
export interface Finding {
  readonly code: Code
  readonly subject: Subject
  /** Tells two findings of one code and subject apart: the registry host, where there can be several. */
  readonly qualifier?: string
  readonly hop: Hop
  readonly message: string
  /** What remedies and the collapse need to know, as plain JSON. */
  readonly data: { readonly [key: string]: Json }
  readonly evidence: readonly Evidence[]
}

/** The finding's identity: code, subject and qualifier. The same fault has the same id in every run. */
export function findingId(finding: Pick<Finding, 'code' | 'subject' | 'qualifier'>): string {
  const qualifier = finding.qualifier === undefined ? '' : `:${finding.qualifier}`
  return `${finding.code}:${subjectPath(finding.subject)}${qualifier}`
}

/** `safe`: nothing that runs is disturbed; `disruptive`: a restart that running pods survive; `destructive`: something is lost. */
export const riskSchema = v.picklist(['safe', 'disruptive', 'destructive'])
export type Risk = v.InferOutput<typeof riskSchema>

/** A port of a container and where the engine publishes it. */
const publishedSchema = v.object({ hostIp: v.string(), hostPort: v.number(), port: v.number() })

/** One repair step, as data. `expect` is the sha256 of what must be there before, null where nothing may be. */
export const stepSchema = v.variant('op', [
  v.object({ op: v.literal('container.start'), container: v.string() }),
  v.object({ op: v.literal('container.unpause'), container: v.string() }),
  /** Of a node of k3d, k3s with it. */
  v.object({ op: v.literal('container.restart'), container: v.string() }),
  v.object({
    op: v.literal('container.run'),
    container: v.string(),
    image: v.string(),
    publish: v.string(),
    restart: v.string(),
    /** A named volume for what the registry holds. */
    volume: v.optional(v.string()),
    env: v.optional(v.record(v.string(), v.string())),
    /** Files of this machine that it gets before it is started: its certificate, its key. What is in them is never told. */
    files: v.optional(v.array(v.object({ from: v.string(), path: v.string(), mode: v.number() }))),
  }),
  /** The same container anew, with its image, settings, volumes and networks, and these ports published. */
  v.object({ op: v.literal('container.recreate'), container: v.string(), publish: v.array(publishedSchema) }),
  v.object({ op: v.literal('network.connect'), network: v.string(), container: v.string(), aliases: v.array(v.string()) }),
  v.object({ op: v.literal('network.disconnect'), network: v.string(), container: v.string() }),
  v.object({
    op: v.literal('file.put'),
    node: v.string(),
    path: v.string(),
    content: v.string(),
    expect: v.nullable(v.string()),
  }),
  /** Lines of a file whose secrets the record does not have: from `line` (1 is the first) on, `remove` are replaced by `insert`. */
  v.object({
    op: v.literal('file.splice'),
    node: v.string(),
    path: v.string(),
    line: v.number(),
    remove: v.number(),
    insert: v.array(v.string()),
    expect: v.string(),
  }),
  /** A file of a container, such as the certificate of a registry, on a node. */
  v.object({
    op: v.literal('file.copy'),
    node: v.string(),
    path: v.string(),
    from: v.object({ container: v.string(), path: v.string() }),
    expect: v.nullable(v.string()),
  }),
  /** Out of the way, within its directory: what is moved can be moved back. */
  v.object({ op: v.literal('path.move'), node: v.string(), from: v.string(), to: v.string() }),
  v.object({ op: v.literal('service.restart'), node: v.string(), service: v.string(), daemonReload: v.optional(v.boolean()) }),
  v.object({
    op: v.literal('configmap.put'),
    cluster: v.string(),
    /** kubectl for this cluster, with what leads it there. */
    kubectl: v.string(),
    namespace: v.string(),
    name: v.string(),
    data: v.record(v.string(), v.string()),
  }),
  /** A pod that waits for its next try and that its owner makes anew at once. */
  v.object({
    op: v.literal('pod.delete'),
    cluster: v.string(),
    kubectl: v.string(),
    namespace: v.string(),
    pod: v.string(),
  }),
  /** An image of the engine to the registry, under the name by which the host pushes it. */
  v.object({ op: v.literal('image.push'), source: v.string(), target: v.string() }),
  /** A file of this machine: what its engine trusts. */
  v.object({ op: v.literal('host.file.put'), path: v.string(), content: v.string(), expect: v.nullable(v.string()) }),
  /** A cluster by the command line of its provider, from a configuration that is given to it. */
  v.object({ op: v.literal('cluster.create'), provider: v.picklist(['kind', 'k3d']), cluster: v.string(), config: v.string() }),
  /** What the tool does not do itself: a sentence, or a command for the reader to run. */
  v.object({ op: v.literal('manual'), text: v.optional(v.string()), command: v.optional(v.string()) }),
])
export type Step = v.InferOutput<typeof stepSchema>

/** A way to make a finding go away. `show` are the same steps as commands that can be pasted, or plain sentences. */
export const remedySchema = v.object({
  title: v.string(),
  risk: riskSchema,
  steps: v.array(stepSchema),
  show: v.array(v.string()),
})
export type Remedy = v.InferOutput<typeof remedySchema>

/** Whether the tool itself can do all of a remedy. */
export const isDoable = ({ steps }: Pick<Remedy, 'steps'>): boolean => steps.length > 0 && steps.every(({ op }) => op !== 'manual')

/** A finding as the report shows it: with what its code says of severity, title, docs and repair. */
export const reportedFindingSchema = v.object({
  id: v.string(),
  code: v.string(),
  severity: severitySchema,
  subject: subjectSchema,
  check: v.string(),
  hop: hopSchema,
  title: v.string(),
  message: v.string(),
  evidence: v.array(evidenceSchema),
  remedies: v.array(remedySchema),
  docs: v.string(),
})
export type ReportedFinding = v.InferOutput<typeof reportedFindingSchema>
