import * as v from 'valibot'
import { riskSchema, stepSchema } from './finding.ts'
import { checkReportSchema, envelope } from './report.ts'

/** What became of a step: `unchanged` was so already, `kept` could not be taken back, `not-reached` comes after one that failed. */
export const stepStatusSchema = v.picklist(['planned', 'applied', 'unchanged', 'failed', 'not-reached', 'undone', 'kept'])
export type StepStatus = v.InferOutput<typeof stepStatusSchema>

export const fixStepSchema = v.object({
  step: stepSchema,
  /** The step as a command that can be pasted, or a sentence. */
  show: v.string(),
  status: stepStatusSchema,
  /** Why it failed, or stays. */
  reason: v.optional(v.string()),
  durationMs: v.optional(v.number()),
  /** What it changes in a file, as a unified diff; secrets are replaced. */
  diff: v.optional(v.string()),
})
export type FixStep = v.InferOutput<typeof fixStepSchema>

/**
 * What became of a repair: `manual` only a person can make, `not-allowed` is of a higher risk than the user allows, `declined`
 * the user said no.
 */
export const repairStatusSchema = v.picklist([
  'planned',
  'applied',
  'unchanged',
  'failed',
  'not-reached',
  'manual',
  'not-allowed',
  'declined',
  'undone',
  'kept',
])
export type RepairStatus = v.InferOutput<typeof repairStatusSchema>

/** What is done about one thing: a root cause, or a part of a set-up. */
export const repairSchema = v.object({
  /** Id of the finding that it is for; absent in a set-up. */
  finding: v.optional(v.string()),
  code: v.optional(v.string()),
  cluster: v.optional(v.string()),
  title: v.string(),
  risk: riskSchema,
  status: repairStatusSchema,
  reason: v.optional(v.string()),
  steps: v.array(fixStepSchema),
})
export type Repair = v.InferOutput<typeof repairSchema>

/** What `fix` and `setup` did, or would do. */
export const fixReportSchema = v.object({
  ...envelope,
  kind: v.literal('FixReport'),
  command: v.picklist(['fix', 'undo', 'setup']),
  /** Only shown, nothing was changed. */
  dryRun: v.boolean(),
  /** Under which `fix --undo` takes it back; absent where nothing was changed. */
  id: v.optional(v.string()),
  /** The file in which is kept what was there before. */
  journal: v.optional(v.string()),
  repairs: v.array(repairSchema),
  /** How to go on: in a set-up how to push and pull, where something stays what to do about it. */
  next: v.array(v.string()),
  notes: v.array(v.string()),
  /** What was found before, and afresh afterwards. */
  before: v.nullable(checkReportSchema),
  after: v.nullable(checkReportSchema),
})
export type FixReport = v.InferOutput<typeof fixReportSchema>

/** One earlier run of `fix` or `setup`, as `fix --history` lists it. */
export interface FixHistoryItem {
  readonly id: string
  readonly title: string
  readonly startedAt: string
  readonly command: 'fix' | 'setup'
  /** `interrupted` was ended in the middle: `fix` or `fix --undo` completes it. */
  readonly state: 'done' | 'failed' | 'interrupted' | 'undone'
  readonly clusters: readonly string[]
  readonly changes: readonly string[]
}
