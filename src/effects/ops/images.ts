import { isHttpFailure } from '../../model/observation.ts'
import { StepRefused, type Op, type RepairWorld, type StepOf } from './op.ts'

/** What the name meant before: to the registry, and to the engine. */
type PushBefore = { readonly digest: string | null; readonly image: string | null }

/** A large image over a slow disk. */
const pushMs = 600_000

/** Pushes an image of the engine. */
export const imagePush: Op<StepOf<'image.push'>, PushBefore> = {
  async capture({ ports: { docker } }, { source, target }) {
    if ((await docker.imageId(source)) === null) throw new StepRefused(`the engine has no image ${source} any more`)
    const [digest, image] = await Promise.all([docker.digestOf(target), docker.imageId(target)])
    return { digest, image }
  },
  async present({ ports: { docker } }, { source, target }, before) {
    const [digest, image, built] = await Promise.all([docker.digestOf(target), docker.imageId(target), docker.imageId(source)])
    if (digest !== null && digest !== before.digest) return { is: 'after' }
    if (image === before.image) return { is: 'before' }
    const what = `${target} is another image of the engine, and not pushed`
    return { is: source !== target && image === built ? 'partial' : 'other', what }
  },
  async apply({ ports: { docker } }, { source, target }) {
    if (source !== target) await docker.tag(source, target)
    const pushed = await docker.push(target, pushMs)
    if ('error' in pushed) throw new StepRefused(`the registry did not take ${target}: ${pushed.error}`)
  },
  async invert(world, { source, target }, before) {
    const why = await takeBack(world, target, before)
    const { docker } = world.ports
    if (source !== target) await (before.image === null ? docker.untag(target) : docker.tag(before.image, target))
    return why
  },
}

const manifestType = 'application/vnd.docker.distribution.manifest.v2+json'

/** A registry that refuses to delete keeps it. */
async function takeBack(world: RepairWorld, target: string, { digest }: PushBefore): Promise<string | null> {
  const { docker, registry } = world.ports
  const now = await docker.digestOf(target)
  if (now === null || now === digest) return null
  const [, host = '', repository = '', tag = ''] = /^([^/]+)\/(.+):([^:/]+)$/.exec(target) ?? []
  const manifests = `http://${host.replace(/^localhost:/, '127.0.0.1:')}/v2/${repository}/manifests`
  const stays = `${target} stays in the registry`
  if (digest === null) {
    // By its tag, as others may name the same manifest; registries before distribution 3 take a digest only, which goes by all its tags.
    const byTag = await registry.send('DELETE', `${manifests}/${tag}`)
    if (!isHttpFailure(byTag) && byTag.status < 300) return null
    if (await hasOtherTags(world, manifests, tag, now)) return `${stays}: other tags name the same image`
    const answer = await registry.send('DELETE', `${manifests}/${now}`)
    if (isHttpFailure(answer)) return `${stays}: ${answer.error.message}`
    return answer.status < 300 || answer.status === 404 ? null : `${stays}, which refuses to delete (HTTP ${answer.status})`
  }
  // The tag is given back to what it named.
  const old = await registry.send('GET', `${manifests}/${digest}`)
  if (isHttpFailure(old) || old.status !== 200) return `${stays}: what was there before is gone`
  const type = old.headers['content-type'] ?? manifestType
  const answer = await registry.send('PUT', `${manifests}/${tag}`, { type, bytes: Buffer.from(old.body) })
  return !isHttpFailure(answer) && answer.status < 300 ? null : stays
}

/** More tags than these are not asked for; then another one may well be there. */
const mostTags = 100

async function hasOtherTags({ ports: { registry } }: RepairWorld, manifests: string, own: string, digest: string): Promise<boolean> {
  const answer = await registry.send('GET', manifests.replace(/manifests$/, 'tags/list'))
  if (isHttpFailure(answer) || answer.status !== 200) return true
  const { tags } = JSON.parse(answer.body || '{}') as { tags?: string[] | null }
  const others = (tags ?? []).filter((one) => one !== own)
  if (others.length > mostTags) return true
  const digests = await Promise.all(
    others.map(async (one) => {
      const head = await registry.send('HEAD', `${manifests}/${one}`)
      return isHttpFailure(head) ? digest : head.headers['docker-content-digest']
    }),
  )
  return digests.includes(digest)
}
