/** Pods that are left waiting for their image, as a fault makes them. */
import type { FailingPod, Fault } from './fault.ts'
import { placeOf } from './place.ts'
import { failingPod, removePod } from './pods.ts'
import { helloImage } from './registry.ts'

/** A pod that was made to fail, and what its kubelet said. */
export interface Failed extends FailingPod {
  readonly name: string
  readonly message: string
}

/** The pods of a fault; where it names none, one that pulls by the way that it breaks. */
export function podsOf({ pods, pull, causes }: Fault, hello: string = helloImage): readonly FailingPod[] {
  if (pods) return pods
  return pull && causes[0] ? [{ node: pull.node, image: pull.image ?? hello, cause: causes[0].code }] : []
}

/** The name of the pod of a fault with this index. */
export const podName = ({ name }: Fault, index: number): string => `${name}-${index + 1}`

/** Makes pods fail, one after the other: of pulls that wait for each other the first one counts. */
export async function makeFail(cluster: string, fault: Fault): Promise<Failed[]> {
  const failed: Failed[] = []
  const { hello } = await placeOf(cluster)
  for (const [index, pod] of podsOf(fault, hello).entries()) {
    const name = podName(fault, index)
    // A run that was ended may have left it.
    await removePod(cluster, name)
    failed.push({ ...pod, name, ...(await failingPod(cluster, name, pod)) })
  }
  return failed
}

export async function removeAll(cluster: string, pods: readonly Failed[]): Promise<void> {
  await Promise.all(pods.map((pod) => removePod(cluster, pod.name)))
}
