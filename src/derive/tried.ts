import { ObservationFailure, type Tried } from '../model/observation.ts'

/** What was computed from looks, or why it could not be had. Any other error is a fault of ours and stays one. */
export async function tried<T>(computation: Promise<T>): Promise<Tried<T>> {
  try {
    return { ok: true, answer: await computation }
  } catch (error) {
    if (error instanceof ObservationFailure) return { ok: false, code: error.code, reason: error.message }
    throw error
  }
}

/** The same, with null for what could not be had. */
export async function orNull<T>(computation: Promise<T>): Promise<T | null> {
  const result = await tried(computation)
  return result.ok ? result.answer : null
}
