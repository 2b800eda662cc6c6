import * as v from 'valibot'
import { envelope } from './report.ts'
import { severitySchema } from './words.ts'

/** What a file is, as its content says. */
export const fileKinds = ['kind-config', 'k3d-config', 'registries.yaml', 'hosts.toml', 'config.toml'] as const
export const fileKindSchema = v.picklist(fileKinds)
export type FileKind = v.InferOutput<typeof fileKindSchema>

/** What comes of a problem on one version. */
export const lintEffectSchema = v.object({ on: v.string(), what: v.string() })
export type LintEffect = v.InferOutput<typeof lintEffectSchema>

/** Lines of the file to take out, and lines to write: in their place, or where the problem is. */
export const correctionSchema = v.object({ remove: v.optional(v.string()), insert: v.optional(v.string()) })
export type Correction = v.InferOutput<typeof correctionSchema>

/** One thing that will go wrong, or that has no effect. Lines and columns are counted from 1. */
export const lintProblemSchema = v.object({
  code: v.string(),
  severity: severitySchema,
  line: v.number(),
  column: v.number(),
  /** What is wrong and what will come of it. */
  message: v.string(),
  /** Where versions differ. */
  effects: v.optional(v.array(lintEffectSchema)),
  correction: v.optional(correctionSchema),
  /** The page of the code, where it has one. */
  docs: v.optional(v.string()),
})

export const lintedFileSchema = v.object({
  path: v.string(),
  fileKind: fileKindSchema,
  /** The versions it was judged for. */
  judgedFor: v.array(v.string()),
  problems: v.array(lintProblemSchema),
  /** What was assumed, and what else is good to know. */
  notes: v.optional(v.array(v.string())),
})
export type LintedFile = v.InferOutput<typeof lintedFileSchema>

/** What `lint` says of files. */
export const lintReportSchema = v.object({
  ...envelope,
  kind: v.literal('LintReport'),
  files: v.array(lintedFileSchema),
})
export type LintReport = v.InferOutput<typeof lintReportSchema>
