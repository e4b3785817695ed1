import type { Limits, TagDescription } from '../../shared/plant.ts'

export type ZoneKind = 'alarm' | 'warning' | 'normal'

export interface Zone {
  readonly kind: ZoneKind
  /** Parts of the bar, 0 to 1. */
  readonly start: number
  readonly end: number
}

export interface BarScale {
  readonly min: number
  readonly max: number
  readonly zones: readonly Zone[]
  /** Each alarm limit in the range, 0 to 1. */
  readonly limits: readonly { readonly name: LimitName; readonly at: number }[]
}

export const LIMIT_NAMES = ['low_low', 'low', 'high', 'high_high'] as const
export type LimitName = (typeof LIMIT_NAMES)[number]

/** The bar of a tag; null where it has no range to draw. */
export function barScale(description: TagDescription | null): BarScale | null {
  const { min, max, limits = {} } = description ?? {}
  if (min === undefined || max === undefined || !(max > min)) return null
  const place = (value: number): number => placeIn(min, max, value)
  const marks = LIMIT_NAMES.flatMap((name) => {
    const value = limits[name]
    return value === undefined || value <= min || value >= max ? [] : [{ name, at: place(value) }]
  })
  const low = limits.low ?? limits.low_low ?? min
  const high = limits.high ?? limits.high_high ?? max
  const zones: Zone[] = [
    { kind: 'alarm', start: 0, end: place(limits.low_low ?? min) },
    { kind: 'warning', start: place(limits.low_low ?? min), end: place(low) },
    { kind: 'normal', start: place(low), end: place(high) },
    { kind: 'warning', start: place(high), end: place(limits.high_high ?? max) },
    { kind: 'alarm', start: place(limits.high_high ?? max), end: 1 },
  ]
  return { min, max, zones: zones.filter(({ start, end }) => end > start), limits: marks }
}

/** 0 to 1. Of a range so wide that no number says how wide, it is reckoned in halves. */
function placeIn(min: number, max: number, value: number): number {
  const part = Number.isFinite(max - min) ? (value - min) / (max - min) : (value / 2 - min / 2) / (max / 2 - min / 2)
  return Math.min(1, Math.max(0, part))
}

/** Where a value stands on the bar, 0 to 1, and whether it lies beyond its ends. */
export function barPlace({ min, max }: BarScale, value: number): { readonly at: number; readonly beyond: boolean } {
  return { at: placeIn(min, max, value), beyond: value < min || value > max }
}

/** Beyond which limit a value lies, the gravest; null where it is normal. */
export function limitBeyond(limits: Limits | undefined, value: number): LimitName | null {
  if (!limits) return null
  const { low_low: lowLow, low, high, high_high: highHigh } = limits
  if (highHigh !== undefined && value > highHigh) return 'high_high'
  if (lowLow !== undefined && value < lowLow) return 'low_low'
  if (high !== undefined && value > high) return 'high'
  return low !== undefined && value < low ? 'low' : null
}
