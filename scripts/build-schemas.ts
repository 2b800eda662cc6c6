// Writes schema/: the JSON Schemas of the documents, made from the valibot schemas that the types come from.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toJsonSchema, type JsonSchema } from '@valibot/to-json-schema'
import type { GenericSchema } from 'valibot'
import { fixReportSchema } from '../src/model/fix-report.ts'
import { lintReportSchema } from '../src/model/lint-report.ts'
import { pullPlanSchema } from '../src/model/pull-plan.ts'
import { checkReportSchema, listSchema } from '../src/model/report.ts'
import { traceSchema } from '../src/model/trace.ts'

const documents: readonly { file: string; title: string; schema: GenericSchema }[] = [
  { file: 'schema/check-report.schema.json', title: 'What registry-doctor check found', schema: checkReportSchema },
  { file: 'schema/pull-plan.schema.json', title: 'What registry-doctor explain says', schema: pullPlanSchema },
  { file: 'schema/trace.schema.json', title: 'What registry-doctor trace says', schema: traceSchema },
  { file: 'schema/fix-report.schema.json', title: 'What registry-doctor fix and setup did', schema: fixReportSchema },
  { file: 'schema/lint-report.schema.json', title: 'What registry-doctor lint says of files', schema: lintReportSchema },
  { file: 'schema/list.schema.json', title: 'What registry-doctor list prints', schema: listSchema },
]

const grows = 'schemaVersion 1 only ever grows: readers must accept fields and enumeration values that are not listed here.'

/** The text of every schema file, by its path from the root of the package. */
export function schemaFiles(): Map<string, string> {
  return new Map(
    documents.map(({ file, title, schema }) => {
      const { $schema, ...rest } = toJsonSchema(schema, { target: 'draft-07', overrideSchema: open })
      const $id = `https://unpkg.com/registry-doctor/${file}`
      return [file, `${JSON.stringify({ $schema, $id, title, description: grows, ...rest }, null, 2)}\n`]
    }),
  )
}

interface Converted {
  readonly valibotSchema: { readonly type: string }
  readonly jsonSchema: JsonSchema
}

/** What the valibot schemas close for our own types, the published ones leave open, so that they stay true as documents grow. */
function open({ valibotSchema, jsonSchema }: Converted): JsonSchema | undefined {
  if (valibotSchema.type === 'picklist' && jsonSchema.enum !== undefined) return { anyOf: [{ enum: jsonSchema.enum }, { type: 'string' }] }
  if (valibotSchema.type !== 'variant') return undefined
  const known = jsonSchema.oneOf ?? jsonSchema.anyOf ?? []
  const names = known.flatMap((one) => (typeof one === 'object' ? [operationOf(one)] : []))
  const unknown: JsonSchema = { type: 'object', properties: { op: { type: 'string', not: { enum: names } } }, required: ['op'] }
  return { anyOf: [...known, unknown] }
}

function operationOf(schema: JsonSchema): string {
  const op = schema.properties?.['op']
  if (typeof op !== 'object' || typeof op.const !== 'string') throw new Error('a variant that is not told apart by `op`')
  return op.const
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
  await mkdir(resolve(root, 'schema'), { recursive: true })
  for (const [file, text] of schemaFiles()) await writeFile(resolve(root, file), text)
}
