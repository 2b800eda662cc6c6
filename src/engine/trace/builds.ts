import * as v from 'valibot'

/** An image that a builder has made. */
export interface Build {
  /** As they were given, with `--tag` or as the name of an output. */
  readonly names: readonly string[]
  readonly completed: string
  /** `exported`: loaded into an engine, or written to an archive; `kept`: it stayed in the builder. */
  readonly output: 'pushed' | 'push-failed' | 'exported' | 'kept'
  /** Why its push failed. */
  readonly error?: string
  readonly digest?: string
  /** What the digest is of. */
  readonly of?: 'index' | 'manifest'
  readonly platforms: readonly string[]
}

/** What a builder has made, as far as it remembers. */
export interface Builds {
  readonly images: readonly Build[]
  /** When the last build was made that had no output, and so no name. */
  readonly nameless?: string
}

const descriptorSchema = v.object({
  media_type: v.optional(v.string(), ''),
  digest: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/)),
})
type Descriptor = v.InferOutput<typeof descriptorSchema>

const recordSchema = v.object({
  completedAt: v.union([v.string(), v.object({ seconds: v.number(), nanos: v.optional(v.number(), 0) })]),
  outputs: v.array(v.object({ type: v.string(), name: v.string(), push: v.string(), 'push-by-digest': v.string() })),
  platforms: v.string(),
  result: v.nullable(
    v.object({ Result: v.optional(descriptorSchema), Results: v.optional(v.record(v.string(), v.optional(descriptorSchema))) }),
  ),
  error: v.optional(v.string()),
})
type BuildRecord = v.InferOutput<typeof recordSchema>
type Output = BuildRecord['outputs'][number]

/**
 * The images in the history of a builder, in the order of its lines. A build that goes on or has failed has made none.
 * Sources: BuildKit v0.12.5 and v0.28.1, api/services/control/control.proto (BuildHistoryRecord, BuildResultInfo).
 */
export function readBuilds(lines: readonly string[]): Builds {
  const records = lines.flatMap((line) => readRecord(line) ?? [])
  const [nameless] = records
    // What only checks or describes a Dockerfile is of no platform.
    .filter((one) => one.outputs.length === 0 && one.error === undefined && platformsIn(one).length > 0)
    .map(completedIn)
    .toSorted()
    .toReversed()
  return { images: records.flatMap(imagesOf), ...(nameless !== undefined && { nameless }) }
}

function readRecord(line: string): BuildRecord | null {
  const parsed = v.safeParse(recordSchema, json(line))
  return parsed.success && completedIn(parsed.output) !== '' ? parsed.output : null
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

/** Until v0.12 it is written as a text. */
const completedIn = ({ completedAt }: BuildRecord): string =>
  dateOf(typeof completedAt === 'string' ? Date.parse(completedAt) : completedAt.seconds * 1000 + completedAt.nanos / 1e6)

/** Empty for what is no time that a date can have. */
const dateOf = (time: number): string => (Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : '')

function imagesOf(record: BuildRecord): Build[] {
  const { outputs, error, result } = record
  return outputs.flatMap((output, nth): Build[] => {
    const way = wayOf(output, error)
    // Of what is pushed by digest the name has no tag: parts of an index that another writes.
    if (way === null || isTrue(output['push-by-digest'])) return []
    const made = result?.Results?.[String(nth)] ?? (outputs.length === 1 ? result?.Result : undefined)
    return [
      {
        names: output.name.split(',').flatMap((one) => one.trim() || []),
        completed: completedIn(record),
        output: way,
        ...(error !== undefined && { error }),
        ...(made && { digest: made.digest, of: kindOf(made) }),
        platforms: platformsIn(record),
      },
    ]
  })
}

/** As Go reads it (strconv.ParseBool). */
const isTrue = (text: string): boolean => /^(?:1|t|true)$/i.test(text)

function wayOf({ type, push }: Output, error: string | undefined): Build['output'] | null {
  const isPushed = type === 'image' && isTrue(push)
  // Of other failures nothing is recorded but that they were.
  if (error !== undefined) return isPushed && error !== '' ? 'push-failed' : null
  if (type === 'docker' || type === 'oci') return 'exported'
  return type === 'image' ? (isPushed ? 'pushed' : 'kept') : null
}

const kindOf = ({ media_type: type }: Descriptor): NonNullable<Build['of']> => (/index|list/.test(type) ? 'index' : 'manifest')

const platformsSchema = v.object({ Platforms: v.array(v.object({ ID: v.string() })) })

/** As the frontend tells them: BuildKit v0.28.1, exporter/containerimage/exptypes/types.go (ExporterPlatformsKey). */
function platformsIn({ platforms }: BuildRecord): string[] {
  const parsed = v.safeParse(platformsSchema, json(platforms))
  return parsed.success ? parsed.output.Platforms.map((one) => one.ID) : []
}
