import type { Look } from '../model/observation.ts'
import type { Registry } from '../model/topology.ts'
import { repositoriesOf, tagsOf } from './registry-content.ts'

/** An image that is asked for only to see who answers: 404 from the registry proves the way as well as 200. */
export const absentImage = 'registry-doctor/absent:none'

/**
 * `REPOSITORY:TAG` that the registry holds, from the first page of its catalog, else one that it does not hold.
 * A cache would fetch what it is asked for, so nothing it might have upstream is ever named.
 */
export function imageToAsk(look: Look, registry: Registry): Promise<string> {
  return look.once(`imageToAsk ${registry.name}`, async () => {
    const first = (await repositoriesOf(look, registry))?.[0]
    const tag = first === undefined ? undefined : (await tagsOf(look, registry, first))?.[0]
    return tag === undefined ? absentImage : `${first}:${tag}`
  })
}
