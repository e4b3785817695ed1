import { SAMPLE_QUALITY, type Samples } from './trend-samples.ts'

/** No such time. */
export const NEVER = -1

/** Flags of a run. */
export const RUN_UNCERTAIN = 1
/** Between two of its values there was one that could not be trusted. */
export const RUN_BROKEN = 2

/** What is kept of the samples in one stretch of time, as columns: one place in each for every stretch. */
export interface Runs {
  /** First time without a value before the first value; {@link NEVER} where there is none. */
  readonly lead: Float64Array
  readonly firstTime: Float64Array
  readonly lastTime: Float64Array
  /** First time without a value after the last value. */
  readonly trail: Float64Array
  readonly min: Float64Array
  readonly max: Float64Array
  readonly first: Float64Array
  readonly last: Float64Array
  /** Longest time between two values that follow each other. */
  readonly longest: Float64Array
  readonly flags: Float64Array
  /** Number of values; nought where it only says that there are none. */
  readonly count: Float64Array
}

const COLUMNS = [
  'lead',
  'firstTime',
  'lastTime',
  'trail',
  'min',
  'max',
  'first',
  'last',
  'longest',
  'flags',
  'count',
] as const satisfies readonly (keyof Runs)[]

export function runColumns(runs: Runs): Float64Array[] {
  return COLUMNS.map((name) => runs[name])
}

/** The counterpart of {@link runColumns}. */
export function runsFrom(columns: readonly Float64Array[]): Runs {
  const runs = Object.fromEntries(COLUMNS.map((name, i) => [name, columns[i] ?? new Float64Array(0)]))
  return runs as unknown as Runs
}

interface Run {
  lead: number
  firstTime: number
  lastTime: number
  trail: number
  min: number
  max: number
  first: number
  last: number
  longest: number
  flags: number
  count: number
}

/** Samples in stretches of `width` milliseconds, counted from the epoch. Stretches without a sample are left out. */
export function runsOf(samples: Samples, width: number): Runs {
  const { times, values, qualities } = samples
  const runs: Run[] = []
  let stretch = NaN
  let run: Run | undefined
  for (let i = 0; i < times.length; i += 1) {
    const time = times[i] ?? 0
    const at = Math.floor(time / width)
    if (!run || at !== stretch) {
      stretch = at
      run = newRun()
      runs.push(run)
    }
    const quality = qualities[i] ?? 0
    if (quality >= SAMPLE_QUALITY.bad) takeMark(run, time)
    else takeValue(run, time, values[i] ?? 0, quality)
  }
  return runsFrom(COLUMNS.map((name) => Float64Array.from(runs, (each) => each[name])))
}

function newRun(): Run {
  const never = { lead: NEVER, firstTime: NEVER, lastTime: NEVER, trail: NEVER }
  return { ...never, min: 0, max: 0, first: 0, last: 0, longest: 0, flags: 0, count: 0 }
}

function takeMark(run: Run, time: number): void {
  if (run.count === 0) {
    if (run.lead === NEVER) run.lead = time
  } else if (run.trail === NEVER) {
    run.trail = time
  }
}

function takeValue(run: Run, time: number, value: number, quality: number): void {
  if (run.count === 0) {
    run.firstTime = time
    run.first = value
    run.min = value
    run.max = value
  } else {
    if (run.trail !== NEVER) run.flags |= RUN_BROKEN
    run.longest = Math.max(run.longest, time - run.lastTime)
    run.min = Math.min(run.min, value)
    run.max = Math.max(run.max, value)
  }
  run.trail = NEVER
  run.lastTime = time
  run.last = value
  run.count += 1
  if (quality === SAMPLE_QUALITY.uncertain) run.flags |= RUN_UNCERTAIN
}
