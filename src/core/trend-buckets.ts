import { NEVER, RUN_BROKEN, RUN_UNCERTAIN, type Runs } from './trend-runs.ts'
import { SAMPLE_QUALITY, type Samples } from './trend-samples.ts'

/** A tag that is silent for so many of its usual intervals has no value. */
export const GAP_INTERVALS = 3

/** Quality of a bucket: everything good, something uncertain, something missing or bad in between. */
export const BUCKET_QUALITY = { good: 0, uncertain: 1, broken: 2 } as const

/**
 * What is shown of one tag, one place in each list for every bucket that holds a value, oldest first; also the last value
 * before the asked time and the first one after it, so that a line goes on to the edges.
 */
export interface Buckets {
  /** When the first and the last value of the bucket were so, epoch milliseconds. */
  readonly from: number[]
  readonly to: number[]
  readonly min: number[]
  readonly max: number[]
  readonly first: number[]
  readonly last: number[]
  readonly quality: number[]
  /** Times without a value between two of those buckets; the end is null where there is none yet. */
  readonly gaps: [number, number | null][]
}

/** Which buckets: `step` milliseconds each, the first one begins at `from`, the last one ends at `to`. */
export interface BucketGrid {
  readonly from: number
  readonly to: number
  readonly step: number
  /** Milliseconds between two values of the tag as a rule; null where there is no such rule. */
  readonly interval: number | null
}

/** Puts samples, or runs of samples, into buckets. They come in order of time; a run lies within one bucket. */
export class Bucketer {
  readonly #grid: BucketGrid
  readonly #longest: number
  readonly #made: Buckets = { from: [], to: [], min: [], max: [], first: [], last: [], quality: [], gaps: [] }
  /** The bucket that is being filled. */
  #at = NaN
  #size = 0
  #lastTime = NEVER
  #mark = NEVER
  #ended = false

  constructor(grid: BucketGrid) {
    this.#grid = grid
    this.#longest = grid.interval === null ? Infinity : grid.interval * GAP_INTERVALS
  }

  /** True once the first value after the asked time has come: nothing that follows counts. */
  get ended(): boolean {
    return this.#ended
  }

  takeSamples({ times, values, qualities }: Samples): void {
    for (let i = 0; i < times.length && !this.#ended; i += 1) {
      const time = times[i] ?? 0
      const quality = qualities[i] ?? 0
      const value = values[i] ?? 0
      if (quality >= SAMPLE_QUALITY.bad) this.#takeMark(time)
      else this.#take(time, time, value, value, value, value, quality)
    }
  }

  takeRuns(runs: Runs): void {
    for (let i = 0; i < runs.count.length && !this.#ended; i += 1) {
      const lead = runs.lead[i] ?? NEVER
      const trail = runs.trail[i] ?? NEVER
      if (lead !== NEVER) this.#takeMark(lead)
      if ((runs.count[i] ?? 0) > 0) {
        const flags = runs.flags[i] ?? 0
        const isBroken = (flags & RUN_BROKEN) !== 0 || (runs.longest[i] ?? 0) > this.#longest
        const uncertain = (flags & RUN_UNCERTAIN) !== 0 ? BUCKET_QUALITY.uncertain : BUCKET_QUALITY.good
        this.#take(
          runs.firstTime[i] ?? 0,
          runs.lastTime[i] ?? 0,
          runs.min[i] ?? 0,
          runs.max[i] ?? 0,
          runs.first[i] ?? 0,
          runs.last[i] ?? 0,
          isBroken ? BUCKET_QUALITY.broken : uncertain,
        )
      }
      if (trail !== NEVER) this.#takeMark(trail)
    }
  }

  /** What came of it. Call it once. */
  done(): Buckets {
    const { gaps, to } = this.#made
    if (this.#mark !== NEVER && to.length > 0 && this.#mark <= this.#grid.to) gaps.push([this.#mark, null])
    return this.#made
  }

  #takeMark(time: number): void {
    if (this.#mark === NEVER) this.#mark = time
  }

  #take(from: number, to: number, min: number, max: number, first: number, last: number, quality: number): void {
    const made = this.#made
    const at = this.#bucketOf(from)
    const gap = this.#gapBefore(from)
    this.#mark = NEVER
    this.#lastTime = to
    if (at === -1) {
      // Of what lies before, only the last value counts: where the line comes from.
      this.#at = at
      this.#size = 1
      this.#set(0, to, to, last, last, last, last, BUCKET_QUALITY.good)
      return
    }
    if (at === this.#at) {
      const i = this.#size - 1
      made.to[i] = to
      made.min[i] = Math.min(made.min[i] ?? min, min)
      made.max[i] = Math.max(made.max[i] ?? max, max)
      made.last[i] = last
      made.quality[i] = Math.max(made.quality[i] ?? 0, gap ? BUCKET_QUALITY.broken : quality)
      return
    }
    if (gap && this.#size > 0) made.gaps.push(gap)
    this.#at = at
    this.#size += 1
    if (at === Infinity) {
      this.#ended = true
      this.#set(this.#size - 1, from, from, first, first, first, first, BUCKET_QUALITY.good)
    } else {
      this.#set(this.#size - 1, from, to, min, max, first, last, quality)
    }
  }

  /** From when to when there was no value, where that is long enough to be a gap. */
  #gapBefore(time: number): [number, number] | null {
    if (this.#lastTime === NEVER) return null
    if (this.#mark !== NEVER) return [this.#mark, time]
    return time - this.#lastTime > this.#longest ? [this.#lastTime, time] : null
  }

  /** -1 before the first one. */
  #bucketOf(time: number): number {
    const { from, to, step } = this.#grid
    if (time < from) return -1
    return time >= to ? Infinity : Math.floor((time - from) / step)
  }

  #set(i: number, from: number, to: number, min: number, max: number, first: number, last: number, quality: number) {
    const made = this.#made
    made.from[i] = from
    made.to[i] = to
    made.min[i] = min
    made.max[i] = max
    made.first[i] = first
    made.last[i] = last
    made.quality[i] = quality
  }
}
