import { randomBytes } from 'node:crypto'
import { defineObservation } from './observe.ts'

/** The time at which the run looks. */
export const clock = defineObservation('clock', async () => ({ now: new Date().toISOString() }))

/** A word that no other run uses. */
export const nonce = defineObservation('nonce', async () => ({ value: randomBytes(8).toString('hex') }))
