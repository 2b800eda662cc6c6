import * as v from 'valibot'
import { stepSchema } from '../../model/finding.ts'
import type { Json } from '../../model/json.ts'
import type { IntendedStep } from './journal.ts'
import { runSchema } from './living.ts'

// A journal is a file of lines, each a JSON object that says what happened next. Nothing in it is ever changed.

/** Grows where a reader of before would do the wrong thing by what it knows. */
export const journalVersion = 1

const nth = v.pipe(v.number(), v.integer(), v.minValue(0))

const entrySchema = v.object({
  finding: v.optional(v.string()),
  title: v.string(),
  step: v.pipe(
    stepSchema,
    v.check((step) => step.op !== 'manual', 'a step that is done by the tool'),
  ),
  before: v.unknown(),
})

const begunSchema = v.object({
  kind: v.literal('begun'),
  schemaVersion: v.literal(journalVersion),
  id: v.string(),
  command: v.picklist(['fix', 'setup']),
  clusters: v.array(v.string()),
  engine: v.string(),
  version: v.string(),
  run: runSchema,
  at: v.string(),
})

/** Another run goes on with it, or takes it back. */
const continuedSchema = v.object({
  kind: v.literal('continued'),
  schemaVersion: v.literal(journalVersion),
  command: v.picklist(['fix', 'setup', 'undo']),
  version: v.string(),
  run: runSchema,
  at: v.string(),
})

const recordSchema = v.variant('kind', [
  begunSchema,
  continuedSchema,
  v.object({ kind: v.literal('intended'), nth, entry: entrySchema }),
  v.object({ kind: v.literal('done'), nth }),
  v.object({ kind: v.literal('failed'), nth, why: v.string() }),
  v.object({ kind: v.literal('undone'), nth, kept: v.nullable(v.string()) }),
  v.object({ kind: v.literal('ended'), outcome: v.picklist(['done', 'failed', 'undone']) }),
])

export type BegunRecord = v.InferOutput<typeof begunSchema>
export type ContinuedRecord = v.InferOutput<typeof continuedSchema>
type Read = v.InferOutput<typeof recordSchema>
export type JournalRecord =
  | Exclude<Read, { readonly kind: 'intended' }>
  | { readonly kind: 'intended'; readonly nth: number; readonly entry: IntendedStep }

/** Why a line is not understood: `newer` is what a later version of the tool may have written. */
export interface NotRead {
  readonly is: 'damaged' | 'newer'
  readonly why: string
}

export const formatRecord = (record: JournalRecord): string => `${JSON.stringify(record)}\n`

/** Reads a line without its end. What it says is never in the words of a fault: it can hold secrets. */
export function readRecord(line: Uint8Array): JournalRecord | NotRead {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line))
  } catch {
    return { is: 'damaged', why: 'is no JSON' }
  }
  const parsed = v.safeParse(recordSchema, value)
  // What was read, not valibot's copy of it: that leaves out keys such as `prototype`.
  if (parsed.success) return value as JournalRecord
  const newer = whatIsNewer(value as Json)
  if (newer !== null) return { is: 'newer', why: newer }
  return { is: 'damaged', why: `is no record of a journal (at ${v.getDotPath(parsed.issues[0]) ?? 'its root'})` }
}

const kinds: readonly string[] = recordSchema.options.map((one) => one.entries.kind.literal)
const ops: readonly string[] = stepSchema.options.map((one) => one.entries.op.literal)

function whatIsNewer(value: Json): string | null {
  const { kind, schemaVersion, entry } = (value ?? {}) as { readonly [key: string]: Json | undefined }
  const op = (entry as { readonly step?: { readonly op?: Json } } | null | undefined)?.step?.op
  if (typeof schemaVersion === 'number' && schemaVersion > journalVersion) return `has schemaVersion ${schemaVersion}`
  if (typeof kind === 'string' && !kinds.includes(kind)) return 'is of a kind that this version does not know'
  if (kind === 'intended' && typeof op === 'string' && !ops.includes(op)) return 'is a step that this version does not know'
  return null
}
