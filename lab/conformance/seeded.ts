/** Chance that is the same for the same seed. */
export interface Seeded {
  /** A whole number below `count`. */
  readonly below: (count: number) => number
  readonly pick: <T>(list: readonly T[]) => T
  /** True in `percent` of a hundred cases. */
  readonly in100: (percent: number) => boolean
}

/** Tommy Ettinger's mulberry32. */
export function seeded(seed: number): Seeded {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d_2b_79_f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (count: number): number => Math.floor(next() * count)
  return { below, pick: (list) => list[below(list.length)]!, in100: (percent) => next() * 100 < percent }
}
