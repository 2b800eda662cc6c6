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
  async present({ ports: { docker } }, { target }, before) {
    const [digest, image] = await Promise.all([docker.digestOf(target), docker.imageId(target)])
    if (digest !== null && digest !== before.digest) return { is: 'after' }
    return image === before.image ? { is: 'before' } : { is: 'other', what: `${target} is another image of the engine, and not pushed` }
  },
  async apply({ ports: { docker } }, { source, target }) {
    if (source !== target) await docker.tag(source, target)
    const pushed = await docker.push(target, pushMs)
    if ('error' in pushed) throw new StepRefused(`the registry did not take ${target}: ${pushed.error}`)
  },
  async invert(world, { source, target }, before) {
    const why = await takeBack(world, target, before)
    if (source !== target && before.image === null) await world.ports.docker.untag(target)
    return why
  },
}

const manifestType = 'application/vnd.docker.distribution.manifest.v2+json'

/** A registry that refuses to delete keeps it. */
async function takeBack({ ports: { docker, registry } }: RepairWorld, target: string, { digest }: PushBefore): Promise<string | null> {
  const now = await docker.digestOf(target)
  if (now === null || now === digest) return null
  const [, host = '', repository = '', tag = ''] = /^([^/]+)\/(.+):([^:/]+)$/.exec(target) ?? []
  const manifests = `http://${host.replace(/^localhost:/, '127.0.0.1:')}/v2/${repository}/manifests`
  const stays = `${target} stays in the registry`
  if (digest === null) {
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
