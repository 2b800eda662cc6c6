import { expect } from 'vitest'
import type { Selection } from '../../src/discover/options.ts'
import { replaySession, type Session } from '../../src/engine/session.ts'
import { trace, type TraceOptions } from '../../src/engine/trace.ts'
import type { EngineImage, HeldImage, HttpAnswer, RunningContainer, RunningPod } from '../../src/model/observation.ts'
import type { Place, TraceDocument } from '../../src/model/trace.ts'
import { kind, type KindOptions } from '../sessions/kind.ts'
import { traces } from '../sessions/recorded.ts'
import { comparableTrace, validateTrace } from '../trace-contract.ts'

export const image = 'localhost:5001/lab/hello:1'

export const digest = (letter: string): string => `sha256:${letter.repeat(64)}`

/** One build of an image: its manifest and its configuration. */
export interface Build {
  readonly manifest: string
  readonly config: string
  readonly created: string
  readonly architecture?: string
}

/** The build that nodes are given by the recorded trace of a pull. */
export const current: Build = {
  manifest: 'sha256:418c30b6638cf7fbd7f8851059845330db9053d7b6b20a2b31259e37fe39a801',
  config: 'sha256:519bbf4427ce65cd05f107f39ad9b781e44ef756339f8343303f898f41e110d0',
  created: '2026-11-21T10:40:00Z',
}
export const old: Build = { manifest: digest('a'), config: digest('b'), created: '2026-11-20T09:00:00Z' }
export const newer: Build = { manifest: digest('c'), config: digest('d'), created: '2026-11-21T10:49:00Z' }

/** What a world has of an image, beside what `kind` knows. */
export interface TracedWorld extends KindOptions {
  /** What the registry holds under the tag; null: nothing. Default: the current build. */
  readonly pushed?: Build | { readonly index: string; readonly parts: readonly (Build & { readonly platform: string })[] } | null
  /** What it holds by digest alone. */
  readonly untagged?: readonly Build[]
  /** The engine's images by name. */
  readonly built?: { readonly [name: string]: Build & { readonly pushedAs?: readonly string[]; readonly store?: 'containerd' } }
  /** What nodes hold, by the part of their name after the cluster's. */
  readonly stores?: { readonly [suffix: string]: readonly HeldImage[] }
  readonly runs?: readonly RunningPod[]
  /** What the engine is answered for the image. */
  readonly toEngine?: { readonly status: number; readonly message?: string; readonly digest?: string }
}

/** An image in the store of a node. */
export const held = (build: Build, name = image, pulled = true): HeldImage => ({
  name,
  digest: build.manifest,
  pulled,
  of: 'manifest',
  platforms: ['linux/amd64'],
  config: build.config,
})

export const pod = (build: Build | null, more: Partial<RunningPod> = {}, container: Partial<RunningContainer> = {}): RunningPod => ({
  namespace: 'default',
  name: 'app-1',
  node: 'dev-worker',
  owner: 'deploy/app',
  revision: '1',
  createdAt: '2026-11-21T10:45:00Z',
  containers: [
    {
      name: 'app',
      kind: 'container',
      image,
      pullPolicy: 'IfNotPresent',
      imageId: build === null ? '' : `localhost:5001/lab/hello@${build.manifest}`,
      state: 'running',
      startedAt: '2026-11-21T10:45:01Z',
      ...container,
    },
  ],
  ...more,
})

const ok = (body: string, headers: Record<string, string> = {}): HttpAnswer => ({ status: 200, headers, body, ms: 1 })
const absent: HttpAnswer = { status: 404, headers: {}, body: '', ms: 1 }

const manifestText = ({ manifest, config }: Build): string =>
  manifest === current.manifest
    ? traces['2.1.4']['mirrored']!.stdout
    : JSON.stringify({ schemaVersion: 2, config: { digest: config, size: 86 }, layers: [] })

function registryAnswer({ pushed = current, untagged = [] }: TracedWorld, url: string, keep: unknown): HttpAnswer | undefined {
  const [, what, object = ''] = /\/v2\/lab\/hello\/(manifests|blobs)\/(.+)$/.exec(url) ?? []
  if (what === undefined || keep !== undefined) return undefined
  const isIndex = pushed !== null && 'index' in pushed
  const builds: readonly Build[] = [...(pushed === null ? [] : isIndex ? pushed.parts : [pushed]), ...untagged]
  if (what === 'blobs') {
    const build = builds.find((one) => one.config === object)
    return build ? ok(JSON.stringify({ os: 'linux', architecture: build.architecture ?? 'amd64', created: build.created })) : absent
  }
  if (isIndex && (object === '1' || object === pushed.index)) {
    const manifests = pushed.parts.map(({ manifest, platform }) => {
      const [os, architecture] = platform.split('/')
      return { digest: manifest, size: 259, platform: { os, architecture } }
    })
    return ok(JSON.stringify({ schemaVersion: 2, manifests }), { 'docker-content-digest': pushed.index })
  }
  const build = object === '1' ? (isIndex ? undefined : (pushed ?? undefined)) : builds.find((one) => one.manifest === object)
  return build ? ok(manifestText(build), { 'docker-content-digest': build.manifest }) : absent
}

function engineImage(name: string, { built = {} }: TracedWorld): EngineImage | { absent: true } {
  const build = built[name]
  if (!build) return { absent: true }
  const { manifest, config, created, pushedAs = [], store, architecture = 'amd64' } = build
  return {
    id: store === 'containerd' ? manifest : config,
    names: [name],
    digests: pushedAs.map((one) => `${one}@${manifest}`),
    created,
    platform: `linux/${architecture}`,
    ...(store === 'containerd' && { descriptor: manifest }),
  }
}

/** A session of a world in which an image is on its way. */
export function traced(world: TracedWorld = {}): Session {
  const { built = {}, stores = {}, runs = [], pushed = current, toEngine } = world
  const tagged = pushed === null ? null : 'index' in pushed ? pushed.index : pushed.manifest
  return kind({
    ...world,
    engineImages: Object.keys(built),
    answers: (asked, query) => {
      const given = world.answers?.(asked, query)
      if (given !== undefined) return given
      if (asked === 'http') return registryAnswer(world, String(query['url']), query['keep'])
      if (asked === 'docker.image') return engineImage(String(query['name']), world)
      if (asked === 'docker.distribution' && query['image'] === image)
        return toEngine ?? (tagged === null ? { status: 404, message: 'manifest unknown' } : { status: 200, digest: tagged })
      if (asked === 'node.images') {
        const images = stores[String(query['node']).replace(/^dev-/, '')] ?? []
        return { images: images.filter((one) => one.name.startsWith(`${String(query['registryHost'])}/`)) }
      }
      return asked === 'kube.podsOfRepository' ? { status: 200, pods: runs } : undefined
    },
  })
}

/** Traces on a session, and again on the replay of what the first run recorded, which must say the same. */
export async function tracedOn(
  session: Session,
  asked: TraceOptions['asked'] = { image },
  selection: Partial<Selection> = {},
): Promise<TraceDocument> {
  const options = { asked, selection: { clusters: [], ...selection } }
  const first = validateTrace(await trace(session.look, { ...options, mode: 'live' }))
  const second = await trace(replaySession(session.recorded()).look, { ...options, mode: 'bundle' })
  expect(comparableTrace(second)).toEqual(comparableTrace(first))
  return first
}

/** The rows of the first image, of a kind. */
export const rows = ({ traces: [first] }: TraceDocument, place: Place['place']): Place[] =>
  first!.places.filter((one) => one.place === place)

/** Where the way is first broken, and by what. */
export function answerOf({ traces: all, rootCauses, exitCode }: TraceDocument): {
  exitCode: number
  codes: string[]
  first: string | undefined
} {
  const [{ places, first }] = all as [(typeof all)[number]]
  const place = first === undefined ? undefined : places[first]
  return { exitCode, codes: rootCauses.map((one) => one.code), first: place && `${place.place} ${place.name}` }
}
