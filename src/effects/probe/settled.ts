/**
 * What all of it came to, once nothing of it is under way any more, also where some fails: what is still being made cannot be
 * taken away.
 * @throws the first failure
 */
export async function settled<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const ended = await Promise.allSettled(work)
  return ended.map((one) => {
    if (one.status === 'rejected') throw one.reason
    return one.value
  })
}
