import { type Alarm, isUnacknowledged, rankOf } from './alarm.ts'

/** Tells which alarms were raised since the last look. What stands already at the first look is no news. */
export class AlarmNews {
  #known: ReadonlyMap<string, number> | null = null

  /** Unacknowledged ones, highest priority first, then newest. */
  take(alarms: readonly Alarm[]): Alarm[] {
    const known = this.#known
    this.#known = new Map(alarms.map(({ id, raised }) => [id, raised]))
    if (known === null) return []
    return alarms
      .filter(({ id, raised, state }) => isUnacknowledged(state) && known.get(id) !== raised)
      .toSorted((one, other) => rankOf(one.priority) - rankOf(other.priority) || other.raised - one.raised)
  }
}
