import type { Standard } from '../../derive/same-image.ts'
import type { Evidence, Finding } from '../../model/finding.ts'
import { shortDigest } from '../../model/image-name.ts'
import type { Cluster } from '../../model/topology.ts'
import type { ComparedBuilder, NamedBuild } from './builder.ts'
import { nameIn, referenceIn, type Chain } from './chain.ts'
import { dateOf, drawn, facts, unasked, type Drawn } from './place.ts'

/**
 * The rows of builders: those that made the image, and where the engine has it not also those that may have.
 * @param asked the name under which the engine was asked for it, where it has none
 */
export const builderPlaces = (builders: readonly ComparedBuilder[], { registry }: Chain, asked: string | undefined): Drawn[] =>
  builders.flatMap((one): Drawn[] => {
    const { container, builds, last, pushed } = one
    if (last) return [madePlace(one, last)]
    if (asked === undefined) return []
    const place = { place: 'builder', name: container, asked } as const
    // What it may have made does not change what the registry has: that it cannot be told is no gap.
    if (!builds.ok) return [drawn(unasked(place, builds).place)]
    const { nameless } = builds.answer
    if (registry === null || nameless === undefined || (pushed !== undefined && isBefore(nameless, pushed))) return []
    const detail = `nothing of this name; what it built ${dateOf(nameless)} had no output, and stays in its cache: build with --push, or with --load and push`
    return [drawn({ ...place, state: 'unknown', detail })]
  })

function madePlace(builder: ComparedBuilder, last: NamedBuild): Drawn {
  const { digest, of, platforms, completed: created } = last.build
  const { same } = builder.comparison
  return drawn({
    place: 'builder',
    name: builder.container,
    asked: last.name,
    state: digest === undefined ? 'unknown' : 'holds',
    ...facts({ digest, of, platforms: [...platforms], created, same, detail: detailOf(builder, last) }),
  })
}

/** How what was made compares with that of the registry, where it went, and what came after it. */
function detailOf({ builds, comparison: { same }, isForeign, later }: ComparedBuilder, { build, name, isOfRegistry }: NamedBuild): string {
  const standing = later ? ['made after that of the registry'] : same === false ? ['another image than that of the registry'] : []
  const foreign = isForeign ? [`for ${build.platforms.join(', ')}`] : []
  const isPushed = build.output === 'pushed'
  const way = isPushed && !isOfRegistry ? `pushed as ${name}` : same && !isPushed ? 'not pushed by it' : wayOf(build)
  const nameless = builds.ok ? builds.answer.nameless : undefined
  // It may be of another project: nothing tells.
  const after = nameless !== undefined && isBefore(build.completed, nameless) ? `; what it built ${dateOf(nameless)} had no output` : ''
  return [...standing, ...foreign, way].join(', ') + after
}

const isBefore = (one: string, other: string): boolean => Date.parse(one) < Date.parse(other)

const wayOf = ({ output, error }: NamedBuild['build']): string =>
  ({
    pushed: 'pushed',
    'push-failed': reasonIn(error),
    exported: 'not pushed by it, but loaded into an engine or written to a file',
    kept: 'not pushed: it stays in the builder',
  })[output]

/** An error of a push without the request: `failed to push localhost:5001/app:1: dial tcp [::1]:5001: connect: connection refused`. */
const reasonIn = (error = ''): string => error.replace(/failed to do request: \w+ "[^"]*": /, '')

/**
 * What a builder made last and did not push, where that is what the registry lacks.
 * @param isMissing the registry holds none
 */
export function unpushedBuild(builders: readonly ComparedBuilder[], isMissing: boolean): ComparedBuilder | null {
  const [newest] = builders
    .filter((one) => one.last !== undefined && (isMissing || one.later))
    .toSorted((a, b) => Date.parse(b.last!.build.completed) - Date.parse(a.last!.build.completed))
  const output = newest?.last?.build.output
  if (output === undefined || output === 'pushed') return null
  // What was loaded is the engine's, or a node's, to be told of.
  return output === 'exported' && !isMissing ? null : newest!
}

/** That the registry does not hold what a builder has made: it was not pushed. */
export function notPushed({ image, registry }: Chain, finding: Finding, builder: ComparedBuilder): Finding {
  return {
    ...finding,
    code: 'image-not-pushed',
    hop: 'push',
    message: `${image} was not pushed: ${madeBy(builder)}, and ${registry!.name} does not hold it`,
    data: { ...finding.data, ...dataOf(builder) },
    evidence: [...finding.evidence, evidenceOf(builder)],
  }
}

/** That a builder has made the image again since it was pushed. */
export function builtAgainBy(chain: Chain, cluster: Cluster, builder: ComparedBuilder, standard: Standard): Finding {
  const registry = chain.registry!
  const theirs = shortDigest(standard.image.digest ?? 'no digest')
  return {
    code: 'image-not-pushed',
    subject: { kind: 'image', cluster: cluster.name, name: nameIn(chain, cluster) },
    hop: 'push',
    message: `${chain.image} was built again since it was pushed: ${madeBy(builder)}, and that of ${registry.name} is of ${dateOf(builder.pushed!)}`,
    data: {
      registry: registry.name,
      container: registry.container ?? null,
      registryHost: referenceIn(chain, cluster).registryHost,
      nodes: [],
      images: [nameIn(chain, cluster)],
      pushAs: chain.pushAs ?? null,
      ...dataOf(builder),
    },
    evidence: [
      evidenceOf(builder),
      {
        vantage: 'host',
        asked: `${chain.reference.repository}:${chain.object} of ${registry.name}`,
        saw: `${theirs}, of ${builder.pushed}`,
      },
    ],
  }
}

function madeBy({ container, last }: ComparedBuilder): string {
  const { completed, output, error } = last!.build
  const why = { pushed: '', kept: ' and kept it', exported: ' and exported it', 'push-failed': `, and ${reasonIn(error)}` }[output]
  return `the builder ${builderName(container)} made it ${dateOf(completed)}${why}`
}

/** The first node of a builder is named as it is, with a number: docker/buildx v0.38.2, store/nodegroup.go (nextNodeName). */
const builderName = (container: string): string => container.replace(/^buildx_buildkit_/, '').replace(/\d$/, '')

const dataOf = ({ container, last }: ComparedBuilder): Finding['data'] => ({
  builder: builderName(container),
  platforms: [...last!.build.platforms],
  pushFailed: last!.build.output === 'push-failed',
})

const evidenceOf = ({ container, last }: ComparedBuilder): Evidence => ({
  vantage: 'engine',
  asked: `what ${container} built last as ${last!.name}`,
  saw: `${shortDigest(last!.build.digest ?? 'no digest')}, ${last!.build.completed}, ${last!.build.error ?? wayOf(last!.build)}`,
  command: `docker exec ${container} buildctl debug histories --format '{{json .}}'`,
})
