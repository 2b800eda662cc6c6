import type { Step } from '../../model/finding.ts'
import type { Json } from '../../model/json.ts'
import type { Topology } from '../../model/topology.ts'
import type { RepairPorts } from '../ports.ts'

/** What steps change: the real world, as far as it belongs to the clusters and registries that were examined. */
export interface RepairWorld {
  readonly ports: RepairPorts
  readonly topology: Topology
}

export type StepOf<O extends Step['op']> = Extract<Step, { readonly op: O }>

/** What is done by the tool itself. */
export type DoneStep = Exclude<Step, { readonly op: 'manual' }>

/**
 * How what is there now compares with what was there before a step and what it leaves: `partial` is what only a step that was
 * ended in the middle can leave, `other` what somebody else has made. Both are told in words.
 */
export type Present = { readonly is: 'before' | 'after' } | { readonly is: 'partial' | 'other'; readonly what: string }

/**
 * How a step is done, and taken back. Each call may be the first after a run that was killed in the middle of another: what is
 * done already is no fault.
 */
export interface Op<S extends Step = DoneStep, Before extends Json = Json> {
  /**
   * What is there, with everything that taking it back needs. Changes nothing.
   * @throws StepRefused where the step must not be done: what is there is not what was looked at
   */
  capture(world: RepairWorld, step: S): Promise<Before>
  /** What is there now. Changes nothing. */
  present(world: RepairWorld, step: S, before: Before): Promise<Present>
  /** @throws StepRefused, DockerError, KubeError where it cannot be done */
  apply(world: RepairWorld, step: S, before: Before): Promise<void>
  /** Puts back what was there. @returns why something of it stays, in words; null where nothing does */
  invert(world: RepairWorld, step: S, before: Before): Promise<string | null>
}

/** A step that must not be done, or cannot be. */
export class StepRefused extends Error {
  override readonly name = 'StepRefused'
}
