import { onTestFinished } from 'vitest'
import { BUCKET_QUALITY, GAP_INTERVALS } from '../../src/core/trend-buckets.ts'
import type { TrendStore } from '../../src/core/trend-store.ts'
import { SqliteTrendStore } from '../../src/main/adapters/sqlite/trend-store.ts'
import type { TrendAnswer, TrendSeries } from '../../src/shared/trend-answer.ts'
import { eventText } from '../../src/shared/event.ts'
import { MemoryLog } from './memory-log.ts'
import { JOURNAL_THREAD } from './panel.ts'

/** One sample as a machine sends it. A value of null: the machine says that it has none. */
export interface Said {
  readonly time: number
  readonly value: number | null
  readonly quality: 'good' | 'uncertain' | 'bad'
}

export const TAG = { machine: 'cell_1', device: 'oven', tag: 'temperature' }

/** A store over a real file, closed with the test. */
export function trendStore(dataDir: string, threadFile = JOURNAL_THREAD): TrendStore {
  const store = new SqliteTrendStore({ dataDir, threadFile, log: new MemoryLog() })
  onTestFinished(() => store.close())
  return store
}

/** The events that say so, beginning with this offset. */
export function said(samples: readonly Said[], first = 1, tag = TAG): string[] {
  return samples.map(({ time, value, quality }, i) => {
    const payload = { device_id: tag.device, tag: tag.tag, value, quality }
    return eventText(
      first + i,
      time,
      'machine',
      JSON.stringify({ machine_name: tag.machine, type: 'tag_update', payload }),
    )
  })
}

/** What trends should answer, found by looking at every sample. Exactly what the bucketer promises, and no faster. */
export function naive(
  samples: readonly Said[],
  { from, to, step }: Pick<TrendAnswer, 'from' | 'to' | 'step'>,
  interval: number | null,
): Omit<TrendSeries, 'tag' | 'boolean' | 'interval'> {
  const holds = ({ value, quality }: Said): boolean => value !== null && quality !== 'bad'
  const values = samples.filter(holds)
  /** From when to when there is no value between two that follow each other. */
  const gapBetween = (a: Said, b: Said): [number, number] | null => {
    const between = samples.slice(samples.indexOf(a) + 1, samples.indexOf(b))
    if (between[0]) return [between[0].time, b.time]
    return interval !== null && b.time - a.time > interval * GAP_INTERVALS ? [a.time, b.time] : null
  }
  const before = values.findLast(({ time }) => time < from)
  const after = values.find(({ time }) => time >= to)
  const buckets: Said[][] = []
  for (let start = from; start < to; start += step) {
    const inside = values.filter(({ time }) => time >= start && time < start + step)
    if (inside.length > 0) buckets.push(inside)
  }
  const groups = [...(before ? [[before]] : []), ...buckets, ...(after ? [[after]] : [])]
  // JSON knows no minus nought.
  const number = ({ value }: Said): number => (value ?? Number.NaN) + 0
  const quality = (group: Said[]): number => {
    if (group[0] === before || group[0] === after) return BUCKET_QUALITY.good
    if (group.some((each, i) => i > 0 && group[i - 1] && gapBetween(group[i - 1] ?? each, each))) {
      return BUCKET_QUALITY.broken
    }
    return group.some((each) => each.quality === 'uncertain') ? BUCKET_QUALITY.uncertain : BUCKET_QUALITY.good
  }
  const gaps: [number, number | null][] = []
  groups.forEach((group, i) => {
    const last = groups[i - 1]?.at(-1)
    const gap = last && group[0] ? gapBetween(last, group[0]) : null
    if (gap) gaps.push(gap)
  })
  const end = groups.at(-1)?.at(-1)
  const mark = end && !after ? samples.slice(samples.indexOf(end) + 1)[0] : undefined
  if (mark && mark.time <= to) gaps.push([mark.time, null])
  return {
    from: groups.map((group) => group[0]?.time ?? 0),
    to: groups.map((group) => group.at(-1)?.time ?? 0),
    min: groups.map((group) => Math.min(...group.map(number))),
    max: groups.map((group) => Math.max(...group.map(number))),
    first: groups.map((group) => (group[0] ? number(group[0]) : 0)),
    last: groups.map((group) => number(group.at(-1) ?? group[0] ?? { time: 0, value: null, quality: 'bad' })),
    quality: groups.map(quality),
    gaps,
  }
}
