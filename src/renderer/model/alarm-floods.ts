/** The window over which new alarms are counted, milliseconds. */
export const FLOOD_WINDOW_MS = 600_000
/** A flood begins above this many new alarms in the window … */
export const FLOOD_ABOVE = 10
/** … and ends below this many (`hmi.md`, after ISA-18.2). */
export const FLOOD_BELOW = 5

export interface Flood {
  /** Time of the alarm that was one too many, epoch milliseconds. */
  readonly from: number
  /** Null while it goes on. */
  readonly to: number | null
  /** Alarms that came while it lasted, the one that began it included. */
  readonly alarms: number
}

/**
 * Floods, oldest first, out of the times of new alarms in ascending order, epoch milliseconds, as far as `now`. An alarm
 * counts from its own time until just before the window has passed.
 */
export function floodsOf(times: readonly number[], now: number): Flood[] {
  const floods: Flood[] = []
  let first = 0
  let from: number | null = null
  let alarms = 0
  /** Lets alarms leave the window until `until`, and with them, perhaps, the flood end. */
  const leave = (end: number, until: number): void => {
    for (let time = times[first]; first < end && time !== undefined && time + FLOOD_WINDOW_MS <= until;) {
      first += 1
      if (from !== null && end - first < FLOOD_BELOW) {
        floods.push({ from, to: time + FLOOD_WINDOW_MS, alarms })
        from = null
      }
      time = times[first]
    }
  }
  for (const [index, time] of times.entries()) {
    if (time > now) break
    leave(index, time)
    if (from !== null) alarms += 1
    else if (index + 1 - first > FLOOD_ABOVE) {
      from = time
      alarms = 1
    }
  }
  const known = times.filter((time) => time <= now).length
  leave(known, now)
  if (from !== null) floods.push({ from, to: null, alarms })
  return floods
}

/** The flood that is on at that moment; null where there is none. */
export function floodAt(times: readonly number[], now: number): Flood | null {
  const last = floodsOf(times, now).at(-1)
  return last?.to === null ? last : null
}

/** Most of the times that lie in any one window of this length. */
export function mostWithin(times: readonly number[], windowMs: number): number {
  let first = 0
  let most = 0
  for (const [index, time] of times.entries()) {
    while ((times[first] ?? time) <= time - windowMs) first += 1
    most = Math.max(most, index + 1 - first)
  }
  return most
}
