import type { Step } from '../../model/finding.ts'
import type { Repair } from '../../model/fix-report.ts'
import type { Journal } from '../journal/journal.ts'
import type { RepairWorld } from '../ops/op.ts'

/** What is to be done about one thing: the steps in their order. */
export interface PlannedRepair extends Pick<Repair, 'finding' | 'code' | 'cluster' | 'title' | 'risk'> {
  readonly steps: readonly Step[]
}

/** What repairs are done with. */
export interface RepairTools {
  readonly world: RepairWorld
  readonly journal: Journal
  /** Ends it between two steps. */
  readonly signal: AbortSignal
  /** Told of each step as it begins and as it ends, for whoever watches. */
  readonly tell: (told: {
    readonly title: string
    readonly show: string
    readonly status: 'begun' | 'applied' | 'unchanged' | 'failed'
  }) => void
}
