import { nearest } from '../model/near-name.ts'

const plain = (key: string): string => key.toLowerCase().replace(/[^a-z0-9]/g, '')

/**
 * The known key that an unknown one stands for: spelled nearly so, or with a part left out, as `skip_verify` for
 * `insecure_skip_verify`.
 */
export function nearKey(unknown: string, known: readonly string[]): string | undefined {
  const given = plain(unknown)
  const same = known.find((one) => plain(one) === given)
  if (same !== undefined) return same
  const part = given.length < 2 ? undefined : known.find((one) => plain(one).includes(given))
  return nearest(unknown, known) ?? part
}
