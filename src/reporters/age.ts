import { count } from './text.ts'

const minute = 60
const hour = 60 * minute
const day = 24 * hour
/** Before this a date says more than a number of days; dates of reproducible builds are of 1970. */
const longest = 100 * day

/** How long before `now` something was, in one unit: `5 minutes`; null where that tells nothing. */
function lapse(time: string, now: string): string | null {
  const seconds = Math.floor((Date.parse(now) - Date.parse(time)) / 1000)
  if (Number.isNaN(seconds) || seconds < 0 || seconds > longest) return null
  if (seconds < 2 * minute) return count(seconds, 'second')
  if (seconds < 2 * hour) return count(Math.floor(seconds / minute), 'minute')
  if (seconds < 2 * day) return count(Math.floor(seconds / hour), 'hour')
  return count(Math.floor(seconds / day), 'day')
}

const dateOf = (time: string): string => (Number.isNaN(Date.parse(time)) ? time : new Date(time).toISOString().slice(0, 10))

/** `5 minutes old`, `of 1970-01-01`; a time that is none as it is. */
export function age(time: string, now: string): string {
  const past = lapse(time, now)
  return past === null ? `of ${dateOf(time)}` : `${past} old`
}

/** `up 5 minutes`, `up since 2026-01-01`. */
export function upTime(time: string, now: string): string {
  const past = lapse(time, now)
  return past === null ? `up since ${dateOf(time)}` : `up ${past}`
}

/** `5 minutes ago`, `on 2026-01-01`. */
export function ago(time: string, now: string): string {
  const past = lapse(time, now)
  return past === null ? `on ${dateOf(time)}` : `${past} ago`
}
