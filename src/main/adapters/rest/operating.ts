import type { Operations } from '../../../core/operations.ts'
import type { ReadonlyFolded } from '../../../shared/folded.ts'
import type { PlantLookup } from '../../../shared/plant-lookup.ts'

/** What the routes with which programs operate the plant need of the core. */
export interface Operating {
  readonly operations: Operations
  readonly plant: PlantLookup
  /** The state at this moment. */
  readonly folded: () => ReadonlyFolded
}
