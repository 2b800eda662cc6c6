import { isHttpFailure, type Look } from '../model/observation.ts'
import type { Registry } from '../model/topology.ts'
import { askBase } from './registry-detail.ts'

/** An image that is asked for only to see who answers: 404 from the registry proves the way as well as 200. */
export const absentImage = 'registry-doctor/absent:none'

/**
 * `REPOSITORY:TAG` that the registry holds, from the first page of its catalog, else one that it does not hold.
 * A cache would fetch what it is asked for, so nothing it might have upstream is ever named.
 */
export function imageToAsk(look: Look, registry: Registry): Promise<string> {
  return look.once(`imageToAsk ${registry.name}`, async () => {
    if (registry.hostAddress === undefined || registry.role === 'pull-through-cache') return absentImage
    // One that does not answer at its base would only let every further question time out.
    const base = await askBase(look, registry.hostAddress)
    if (!base.isRegistry) return absentImage
    const repositories = listOf(await getJson(look, `${base.url}_catalog?n=100`), 'repositories')
    const first = repositories[0]
    if (first === undefined) return absentImage
    const tag = listOf(await getJson(look, `${base.url}${first}/tags/list`), 'tags')[0]
    return tag === undefined ? absentImage : `${first}:${tag}`
  })
}

async function getJson(look: Look, url: string): Promise<unknown> {
  const asked = await look.try('http', { vantage: 'host', method: 'GET', url })
  if (!asked.ok || isHttpFailure(asked.answer) || asked.answer.status !== 200) return null
  try {
    return JSON.parse(asked.answer.body) as unknown
  } catch {
    return null
  }
}

function listOf(body: unknown, key: string): string[] {
  const list = body !== null && typeof body === 'object' ? (body as Record<string, unknown>)[key] : null
  // Names go into command lines and URLs: only what the distribution specification allows.
  return Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string' && /^[\w][\w./-]*$/.test(one)) : []
}
