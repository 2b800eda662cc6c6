import type { Finding } from '../../model/finding.ts'
import type { Tried } from '../../model/observation.ts'
import type { Place } from '../../model/trace.ts'

/** What a place has, with what was found there. */
export interface Drawn {
  readonly place: Place
  readonly findings: readonly Finding[]
  /** Why what matters could not be told there, as a stable word. */
  readonly gap?: string
}

export const drawn = (place: Place, findings: readonly Finding[] = []): Drawn => ({ place, findings })

/** A place that could not be asked. */
export function unasked(place: Omit<Place, 'state' | 'detail'>, { code, reason }: Extract<Tried<never>, { ok: false }>): Drawn {
  return { place: { ...place, state: 'unknown', detail: code === 'not-recorded' ? 'not recorded' : reason }, findings: [], gap: code }
}

/** What a registry says to who has no credentials tells nothing of who has. */
export const isDenied = (status: number | undefined): boolean => status === 401 || status === 403
export const denied = { ok: false, code: 'credentials', reason: 'it wants credentials, which a trace does not have' } as const

/** What is known of an image, as far as it is. */
export const facts = ({
  digest,
  of,
  platforms,
  created,
  same,
  detail,
}: { readonly [K in 'digest' | 'of' | 'platforms' | 'created' | 'same' | 'detail']?: Place[K] | undefined }): Partial<Place> => ({
  ...(digest !== undefined && { digest }),
  ...(of !== undefined && { of }),
  ...(platforms !== undefined && platforms.length > 0 && { platforms: [...platforms] }),
  ...(created !== undefined && { created }),
  ...(same !== undefined && { same }),
  ...(detail !== undefined && { detail }),
})

/** A time to the second, as `2026-11-21 23:05:01 UTC`. */
export function dateOf(time: string): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime()) ? time : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
