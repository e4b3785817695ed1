import { type Alarm, isAside, PRIORITIES, type Priority } from '../../shared/alarm.ts'
import { type Flood, FLOOD_WINDOW_MS, floodsOf, mostWithin } from './alarm-floods.ts'
import type { Raise, WordedAlarm } from './alarm-event.ts'

const HOUR = 3_600_000
/** An alarm chatters that is raised more often than this within a minute. */
const CHATTER_ABOVE = 3
const CHATTER_WINDOW_MS = 60_000
const STALE_MS = 24 * HOUR
const TOP = 10
/** Bars of the picture. */
const BARS = 24

/** New alarms in ten minutes that EEMUA 191 calls very likely to be acceptable for one operator in the long run. */
export const RATE_TARGET = 1

/** How much of all alarms each may be, in per cent (`hmi.md`): low, medium, and high together with critical. */
export const PRIORITY_TARGETS = { low: 80, medium: 15, high: 5 } as const

export interface AlarmTally extends WordedAlarm {
  readonly priority: Priority
  readonly count: number
  /** Of all in the span, 0 to 1. */
  readonly share: number
}

export interface AlarmFigures {
  /** The span that is judged, epoch milliseconds. */
  readonly from: number
  readonly to: number
  readonly count: number
  /** In the last ten minutes of the span. */
  readonly latest: number
  /** Average over the span; null where the span is shorter than ten minutes, of which there is no average. */
  readonly perTenMinutes: number | null
  /** Most in any ten minutes. */
  readonly peak: number
  readonly floods: readonly Flood[]
  /** Of the span, 0 to 1. */
  readonly floodShare: number
  readonly top: readonly AlarmTally[]
  /** `count` is the most in any minute here. */
  readonly chattering: readonly AlarmTally[]
  readonly priorities: readonly { readonly priority: Priority; readonly count: number; readonly share: number }[]
  /** Equal parts of the span, oldest first. */
  readonly bars: readonly { readonly from: number; readonly to: number; readonly count: number }[]
}

/** What alarm management reports, out of the raises within a span, oldest first. */
export function alarmFigures(raises: readonly Raise[], from: number, to: number): AlarmFigures {
  const within = raises.filter(({ time }) => time >= from && time <= to)
  const times = within.map(({ time }) => time)
  const span = Math.max(1, to - from)
  const floods = floodsOf(times, to)
  const flooded = floods.reduce((sum, flood) => sum + (flood.to ?? to) - flood.from, 0)
  const share = (count: number): number => (within.length === 0 ? 0 : count / within.length)
  const own = new Map<string, Raise[]>()
  for (const raise of within) {
    const same = own.get(raise.id)
    if (same) same.push(raise)
    else own.set(raise.id, [raise])
  }
  const tallies = [...own.values()].flatMap((same) => {
    const last = same.at(-1)
    if (!last) return []
    const { time: _, ...about } = last
    const most = mostWithin(
      same.map(({ time }) => time),
      CHATTER_WINDOW_MS,
    )
    return [{ most, tally: { ...about, count: same.length, share: share(same.length) } }]
  })
  const width = span / BARS
  const bars = Array.from({ length: BARS }, (_, index) => ({
    from: from + index * width,
    to: from + (index + 1) * width,
    count: 0,
  }))
  for (const time of times) {
    const bar = bars[Math.min(BARS - 1, Math.floor((time - from) / width))]
    if (bar) bar.count += 1
  }
  return {
    from,
    to,
    count: within.length,
    latest: times.filter((time) => time > to - FLOOD_WINDOW_MS).length,
    perTenMinutes: span < FLOOD_WINDOW_MS ? null : within.length / (span / FLOOD_WINDOW_MS),
    peak: mostWithin(times, FLOOD_WINDOW_MS),
    floods,
    floodShare: Math.min(1, flooded / span),
    top: tallies
      .map(({ tally }) => tally)
      .toSorted(mostFirst)
      .slice(0, TOP),
    chattering: tallies
      .filter(({ most }) => most > CHATTER_ABOVE)
      .map(({ tally, most }) => ({ ...tally, count: most }))
      .toSorted(mostFirst),
    priorities: PRIORITIES.map((priority) => {
      const count = within.filter((raise) => raise.priority === priority).length
      return { priority, count, share: share(count) }
    }),
    bars,
  }
}

/** Alarms that have been standing for more than a day, longest first: they tell nobody anything any more. */
export function staleAlarms(alarms: readonly Alarm[], now: number): Alarm[] {
  return alarms
    .filter((alarm) => alarm.active && !isAside(alarm.state) && now - alarm.raisedAt > STALE_MS)
    .toSorted((one, other) => one.raisedAt - other.raisedAt)
}

function mostFirst(one: AlarmTally, other: AlarmTally): number {
  return other.count - one.count || (one.id < other.id ? -1 : 1)
}
