import type { TagDescription } from '../../shared/plant.ts'

/** One of the shown tags, as far as its axis depends on it. */
export interface ScaledTag {
  readonly boolean: boolean
  readonly description: Pick<TagDescription, 'unit' | 'min' | 'max' | 'type'> | null
  /** The least and the greatest value that are shown; null where there is none. */
  readonly extremes: readonly [number, number] | null
}

export interface TrendScale {
  readonly key: string
  readonly unit: string
  readonly boolean: boolean
  readonly min: number
  readonly max: number
  /** Indexes of its tags. */
  readonly tags: readonly number[]
}

/** Switches have room below Off and above On. */
const SWITCH = { min: -0.15, max: 1.15 }
const PAD = 0.06
/** An axis reaches no further, or nothing could say how wide it is; nor is it narrower, or it had no middle. */
const FURTHEST = 1e307
const NARROWEST = 1e-300

/** Values of one unit share an axis; switches have theirs. */
export function scalesOf(tags: readonly ScaledTag[], fit: boolean): TrendScale[] {
  const groups = new Map<string, number[]>()
  tags.forEach((tag, i) => {
    const key = keyOf(tag)
    groups.set(key, [...(groups.get(key) ?? []), i])
  })
  return [...groups].map(([key, indexes]) => {
    const members = indexes.flatMap((i) => tags[i] ?? [])
    const boolean = key === 'switch'
    const unit = members[0]?.description?.unit ?? ''
    return { key, unit, boolean, tags: indexes, ...(boolean ? SWITCH : rangeOf(members, fit)) }
  })
}

function keyOf({ boolean, description }: ScaledTag): string {
  return boolean || description?.type === 'boolean' ? 'switch' : `unit:${description?.unit ?? ''}`
}

function rangeOf(tags: readonly ScaledTag[], fit: boolean): { min: number; max: number } {
  let min = Infinity
  let max = -Infinity
  let described = !fit
  for (const { description, extremes } of tags) {
    const { min: least, max: most } = description ?? {}
    const hasRange = least !== undefined && most !== undefined && most > least
    described &&= hasRange
    // A value beyond its range is what one wants to see most.
    for (const each of [...(extremes ?? []), ...(!fit && hasRange ? [least, most] : [])]) {
      const place = Math.min(FURTHEST, Math.max(-FURTHEST, each))
      min = Math.min(min, place)
      max = Math.max(max, place)
    }
  }
  if (min > max) return { min: 0, max: 1 }
  const pad = max - min > NARROWEST ? (max - min) * PAD : Math.max(Math.abs(max) * PAD, 1)
  if (described) return { min: min - pad / 3, max: max + pad / 3 }
  // In round steps, so that the axis stands still while values move a little.
  const step = 10 ** Math.floor(Math.log10(max - min + 2 * pad)) / 2
  return { min: Math.floor((min - pad) / step) * step, max: Math.ceil((max + pad) / step) * step }
}
