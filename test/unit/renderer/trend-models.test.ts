import { expect, test } from 'vitest'
import { viewEvent } from '../../../src/shared/event.ts'
import type { TrendSeries } from '../../../src/shared/trend-answer.ts'
import { TimeTicks } from '../../../src/renderer/model/trend-axis.ts'
import { curveOf, shifted } from '../../../src/renderer/model/trend-curve.ts'
import { LiveSamples } from '../../../src/renderer/model/trend-live.ts'
import { lookOf } from '../../../src/renderer/model/trend-look.ts'
import { markOf, marksOf } from '../../../src/renderer/model/trend-marks.ts'
import { savedViews, withView } from '../../../src/renderer/model/trend-saved.ts'
import { scalesOf } from '../../../src/renderer/model/trend-scales.ts'
import { EMPTY_SERIES, extended, readingAt, readingOver } from '../../../src/renderer/model/trend-series.ts'
import { setpointsOf } from '../../../src/renderer/model/trend-setpoints.ts'

/** A series of single values. */
function series(
  values: readonly (readonly [time: number, value: number, quality?: number])[],
  rest: Partial<TrendSeries> = {},
): TrendSeries {
  const times = values.map(([time]) => time)
  const numbers = values.map(([, value]) => value)
  return {
    ...EMPTY_SERIES,
    tag: 'm/d/t',
    interval: 1_000,
    from: times,
    to: times,
    min: numbers,
    max: numbers,
    first: numbers,
    last: numbers,
    quality: values.map(([, , quality = 0]) => quality),
    ...rest,
  }
}

const operator = (offset: number, type: string, payload: Record<string, unknown>) =>
  viewEvent({
    offset,
    time: offset * 1_000,
    origin: 'operator',
    body: { machine_name: 'm', type, payload },
  })
const machine = (offset: number, type: string, payload: Record<string, unknown>) =>
  viewEvent({ offset, time: offset * 1_000, origin: 'machine', body: { machine_name: 'm', type, payload } })

test('a bucket is drawn with its first, least, greatest and last value', () => {
  const bucket = { ...series([[1_000, 5]]), to: [1_900], min: [1], max: [9], first: [5], last: [6] }
  const { x, good } = curveOf(bucket, null)
  expect(good).toEqual([5, 1, 9, 6])
  expect(x[0]).toBe(1_000)
  expect(x.at(-1)).toBe(1_900)
})

test('a gap is a break between two points, whether it was said or is silence', () => {
  const values = [
    [1_000, 1],
    [2_000, 2],
    [9_000, 3],
  ] as const
  for (const start of [2_000, 2_500]) {
    const { x, good } = curveOf(series(values, { gaps: [[start, 9_000]] }), null)
    expect(good).toEqual([1, 2, null, 3])
    expect(x[2]).toBeGreaterThan(2_000)
    expect(x[2]).toBeLessThan(9_000)
  }
})

test('doubtful stretches are a line of their own that joins the good one', () => {
  const { good, doubt } = curveOf(
    series([
      [1_000, 1],
      [2_000, 2, 1],
      [3_000, 3, 1],
      [4_000, 4],
    ]),
    null,
  )
  expect(good).toEqual([1, null, null, 4])
  expect(doubt).toEqual([1, 2, 3, 4])
})

test('what is sent when it changes holds up to now, or up to where there is no value', () => {
  const held = series([[1_000, 1]], { interval: null })
  expect(curveOf(held, 5_000)).toMatchObject({ x: [1_000, 5_000], good: [1, 1] })
  expect(curveOf({ ...held, gaps: [[3_000, null]] }, 5_000)).toMatchObject({ x: [1_000, 3_000], good: [1, 1] })
  expect(shifted(curveOf(held, null), 500).x).toEqual([1_500])
})

test('values that came in go on behind the recorded ones, each once, with their gaps', () => {
  const recorded = series([
    [1_000, 1],
    [2_000, 2],
  ])
  const all = extended(recorded, [
    { time: 2_000, value: 2, quality: 0 },
    { time: 3_000, value: 3, quality: 1 },
    { time: 3_500, value: null, quality: 0 },
    { time: 4_000, value: 4, quality: 0 },
    { time: 30_000, value: 5, quality: 0 },
    { time: 31_000, value: null, quality: 0 },
  ])
  expect(all.last).toEqual([1, 2, 3, 4, 5])
  expect(all.quality).toEqual([0, 0, 1, 0, 0])
  expect(all.gaps).toEqual([
    [3_500, 4_000],
    [4_000, 30_000],
    [31_000, null],
  ])
  expect(recorded.last).toEqual([1, 2])
  expect(extended(recorded, [])).toBe(recorded)
})

test('the cursor reads the value that held then, and none within a gap', () => {
  const values = series(
    [
      [1_000, 1],
      [2_000, 2, 1],
      [9_000, 3],
    ],
    { gaps: [[2_500, 9_000]] },
  )
  expect(readingAt(values, 500).quality).toBe('none')
  expect(readingAt(values, 2_400)).toEqual({ value: 2, min: 2, max: 2, time: 2_000, quality: 'uncertain' })
  expect(readingAt(values, 5_000).value).toBeNull()
  expect(readingAt(values, 9_500).value).toBe(3)
  // Long silent.
  expect(readingAt(values, 60_000).value).toBeNull()
  expect(readingOver(values, 1_500, 9_500)).toMatchObject({ value: 3, min: 1, max: 3 })
  expect(readingOver(values, 1_500, 60_000)).toMatchObject({ value: 3, quality: 'silent' })
  expect(readingOver({ ...values, gaps: [[9_100, null]] }, 0, 60_000)).toMatchObject({ value: null, quality: 'none' })
})

test('live values follow the rules by which they are recorded', () => {
  const live = new LiveSamples(() => null)
  live.watch(['m/d/speed', 'm/d/on'])
  expect(live.take([machine(1, 'device_update', { device_id: 'd', new_state: { speed: 5, on: true } })])).toBe(true)
  expect(live.take([machine(2, 'device_update', { device_id: 'x', new_state: { speed: 5 } })])).toBe(false)
  live.take([
    machine(3, 'tag_update', { device_id: 'd', tag: 'speed', value: 7, quality: 'Bad' }),
    machine(4, 'machine_terminated', {}),
  ])
  expect(live.of('m/d/speed').map(({ value }) => value)).toEqual([5, null, null])
  expect(live.of('m/d/on').map(({ value }) => value)).toEqual([1, null])
  live.forget(3_500)
  expect(live.of('m/d/speed')).toHaveLength(1)
})

test('tags of one unit share an axis, switches have theirs, and a range is kept', () => {
  const scales = scalesOf(
    [
      { boolean: false, description: { type: 'number', unit: '°C', min: 0, max: 100 }, extremes: [20, 30] },
      { boolean: true, description: null, extremes: [0, 1] },
      { boolean: false, description: { type: 'number', unit: '°C', min: 0, max: 100 }, extremes: [20, 130] },
      { boolean: false, description: { type: 'number', unit: 'rpm' }, extremes: null },
    ],
    false,
  )
  expect(scales.map(({ key, tags }) => [key, tags])).toEqual([
    ['unit:°C', [0, 2]],
    ['switch', [1]],
    ['unit:rpm', [3]],
  ])
  expect(scales[0]?.min).toBeLessThanOrEqual(0)
  expect(scales[0]?.max).toBeGreaterThan(130)
  const [fitted] = scalesOf(
    [{ boolean: false, description: { type: 'number', min: 0, max: 1_000 }, extremes: [500, 510] }],
    true,
  )
  expect([fitted?.min, fitted?.max].every((each) => each !== undefined && each > 400 && each < 600)).toBe(true)
})

test('no two of twelve lines look alike, and neighbours differ in hue and pattern', () => {
  const looks = Array.from({ length: 12 }, (_, i) => lookOf(i))
  expect(new Set(looks.map(({ token, dash }) => `${token} ${dash.join()}`)).size).toBe(12)
  looks.slice(1).forEach((look, i) => {
    expect(look.token).not.toBe(looks[i]?.token)
    expect(look.dash).not.toEqual(looks[i]?.dash)
  })
})

test('alarms, states, errors and commands are marks, values are none', () => {
  const raised = viewEvent({
    offset: 5,
    time: 5_000,
    origin: 'panel',
    body: {
      machine_name: 'm',
      type: 'alarm_raised',
      payload: { alarm: 'm/d/t/high', priority: 'high', message: 'Hot' },
    },
  })
  const state = machine(6, 'state_change', { from_state: 'a', to_state: 'b' })
  expect(markOf(raised)).toMatchObject({ kind: 'alarm', priority: 'high', text: 'Hot' })
  expect(markOf(state)).toMatchObject({ kind: 'state', text: 'a → b' })
  expect(markOf(machine(7, 'device_update', { device_id: 'd' }))).toBeNull()
  // What a machine says in the words of others is no mark.
  for (const type of ['command_requested', 'alarm_raised', 'alarm_acknowledged', 'machine_stale']) {
    expect([type, markOf(machine(8, type, { id: 'c', type: 'go', alarm: 'm/error' }))]).toEqual([type, null])
  }
  expect(marksOf([state, raised, raised], new Set(['m']), 0, 9_000).map(({ offset }) => offset)).toEqual([5, 6])
  expect(marksOf([state, raised], new Set(['other']), 0, 9_000)).toEqual([])
})

test('a setpoint holds from its wish to the next one, or until it has come to nothing', () => {
  const wish = (offset: number, id: string, value: unknown) =>
    operator(offset, 'command_requested', {
      id,
      device: 'd',
      expectation: { kind: 'tag', device: 'd', tag: 't', value },
    })
  const found = setpointsOf([
    wish(5, 'b', 20),
    wish(1, 'a', 10),
    operator(2, 'command_confirmed', { id: 'a' }),
    operator(7, 'command_refused', { id: 'b' }),
    wish(9, 'c', true),
    wish(10, 'd', 'fast'),
  ])
  expect([...found]).toEqual([
    [
      'm/d/t',
      [
        { from: 1_000, to: 5_000, value: 10 },
        { from: 5_000, to: 7_000, value: 20 },
        { from: 9_000, to: null, value: 1 },
      ],
    ],
  ])
})

test('views are kept by name, and what cannot be read is none', () => {
  const views = withView(withView([], { name: 'a', query: 'tag=1' }), { name: 'a', query: 'tag=2' })
  expect(views).toEqual([{ name: 'a', query: 'tag=2' }])
  expect(savedViews(JSON.stringify(views))).toEqual(views)
  expect(savedViews('nonsense')).toEqual([])
  expect(savedViews('[{"name":5}]')).toEqual([])
  expect(savedViews(null)).toEqual([])
})

test('the axis says the day where it is new', () => {
  const ticks = new TimeTicks('en-GB', 'UTC')
  const midnight = Date.UTC(2026, 10, 21)
  expect(ticks.texts([midnight - 60_000, midnight, midnight + 60_000], 60_000)).toEqual([
    '23:59\n20 Nov',
    '00:00\n21 Nov',
    '00:01',
  ])
  expect(ticks.texts([midnight + 5_000], 5_000)).toEqual(['00:00:05\n21 Nov'])
  expect(ticks.texts([midnight], 86_400_000)).toEqual(['21 Nov'])
})
