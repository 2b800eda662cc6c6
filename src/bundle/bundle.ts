import * as v from 'valibot'
import type { Selection } from '../discover/options.ts'
import type { RecordedObservation } from '../engine/session.ts'
import { tool } from '../model/tool.ts'

const bundleSchema = v.object({
  schemaVersion: v.literal(1),
  kind: v.literal('Bundle'),
  tool: v.object({ name: v.string(), version: v.string() }),
  startedAt: v.string(),
  selection: v.object({
    clusters: v.array(v.string()),
    provider: v.optional(v.picklist(['kind', 'k3d'])),
    registry: v.optional(v.string()),
    registryUrl: v.optional(v.string()),
    context: v.optional(v.string()),
  }),
  /** Ids of the checks that were run. */
  checks: v.array(v.string()),
  observations: v.array(
    v.object({
      kind: v.string(),
      query: v.looseObject({}),
      answer: v.optional(v.unknown()),
      failure: v.optional(v.object({ code: v.string(), message: v.string() })),
    }),
  ),
})

/** A saved session. */
export interface Bundle {
  readonly schemaVersion: 1
  readonly kind: 'Bundle'
  readonly tool: { readonly name: string; readonly version: string }
  readonly startedAt: string
  readonly selection: Selection
  readonly checks: readonly string[]
  readonly observations: readonly RecordedObservation[]
}

/** A file that is no bundle. The message says what is wrong with it. */
export class BundleError extends Error {
  override readonly name = 'BundleError'
}

export function toBundle(
  startedAt: string,
  selection: Selection,
  checks: readonly string[],
  observations: readonly RecordedObservation[],
): Bundle {
  return { schemaVersion: 1, kind: 'Bundle', tool, startedAt, selection, checks, observations }
}

/** The bundle as text: one observation to a line, so that two of them can be compared. */
export function formatBundle({ observations, ...head }: Bundle): string {
  const lines = observations.map((one) => `    ${JSON.stringify(one)}`)
  return `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "observations": [\n${lines.join(',\n')}\n  ]\n}\n`
}

/** V8 quotes the text around the error, with its line breaks. */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 120)

/** @throws BundleError */
export function parseBundle(text: string): Bundle {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new BundleError(`it is no JSON (${oneLine((error as Error).message)})`)
  }
  const parsed = v.safeParse(bundleSchema, value)
  if (!parsed.success) {
    const { kind, schemaVersion } = (value ?? {}) as { kind?: unknown; schemaVersion?: unknown }
    if (typeof kind === 'string' && kind !== 'Bundle') throw new BundleError(`it is a ${kind.slice(0, 40)}`)
    if (typeof schemaVersion === 'number' && schemaVersion > 1)
      throw new BundleError(`it has schemaVersion ${schemaVersion}, this tool reads 1: use a newer registry-doctor`)
    const issue = parsed.issues[0]
    throw new BundleError(`at ${v.getDotPath(issue) ?? 'its root'}: expected ${issue.expected}, found ${issue.received}`)
  }
  // What was read, not valibot's copy of it: that leaves out keys such as `prototype`, and a query is what it is found by.
  return value as Bundle
}
