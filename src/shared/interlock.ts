import { deviceKey, type TagValue } from './device.ts'
import type { ReadonlyFolded } from './folded.ts'
import type { Condition, Interlock } from './plant.ts'

/** What conditions look at. */
export interface ConditionState {
  readonly machines: Pick<ReadonlyFolded['machines'], 'get'>
  readonly devices: Pick<ReadonlyFolded['devices'], 'get'>
}

/**
 * True where the interlock refuses: every condition holds, or one of them cannot be told. What is not known is never
 * taken for safe.
 */
export function interlocks(interlock: Interlock, state: ConditionState): boolean {
  return interlock.when.every((condition) => holds(condition, state) !== false)
}

/** Null where it cannot be told: nobody has heard of it, or too long ago, or it says another kind of thing. */
export function holds(condition: Condition, { machines, devices }: ConditionState): boolean | null {
  if ('state' in condition) {
    const machine = machines.get(condition.machine)
    if (!machine || machine.state === null || machine.staleSince !== null || machine.terminatedAt !== null) return null
    return condition.state.includes(machine.state)
  }
  const device = devices.get(deviceKey(condition.machine, condition.device))
  const tag = device?.tags.find((each) => each.name === condition.tag)
  if (!tag || tag.value === null || tag.quality !== 'good') return null
  return valueHolds(condition, tag.value)
}

function valueHolds({ is, above, below }: Extract<Condition, { tag: string }>, value: TagValue): boolean | null {
  if (is !== undefined && value !== is) return is === null || typeof value === typeof is ? false : null
  if (above === undefined && below === undefined) return true
  if (typeof value !== 'number') return null
  return (above === undefined || value > above) && (below === undefined || value < below)
}
