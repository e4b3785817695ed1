import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { alarmRecord } from '../../../src/renderer/model/alarm-event.ts'
import { barPlace, barScale } from '../../../src/renderer/model/bar-scale.ts'
import { summaryOf } from '../../../src/renderer/model/event-summary.ts'
import {
  executionTitle,
  extentOf,
  remainingOf,
  stepKeys,
  stepTitle,
} from '../../../src/renderer/model/execution-view.ts'
import { Format } from '../../../src/renderer/model/format.ts'
import { linkView } from '../../../src/renderer/model/link-view.ts'
import { lineOf } from '../../../src/renderer/model/log-line.ts'
import { stepped } from '../../../src/renderer/model/number-entry.ts'
import { machineLabel } from '../../../src/renderer/model/read-outs.ts'
import { placeSpans, stateSpans } from '../../../src/renderer/model/state-spans.ts'
import { scalesOf } from '../../../src/renderer/model/trend-scales.ts'
import { viewOfQuery, windowOf } from '../../../src/renderer/model/trend-view.ts'
import { formatExactly, formatNumber } from '../../../src/renderer/model/value-format.ts'
import { isBlank, visibleName } from '../../../src/renderer/model/visible-text.ts'
import { type EventView, viewEvent } from '../../../src/shared/event.ts'
import type { Execution } from '../../../src/shared/execution.ts'
import { foldInto, newFolded } from '../../../src/shared/folded.ts'
import { PlantLookup } from '../../../src/shared/plant-lookup.ts'

/* A machine may say any number and any text. What is shown of it is a text and a place on the page, always. */

const NOW = 1_795_236_900_000
const UNITS = { day: 'd', hour: 'h', minute: 'm', second: 's' }
const EN = new Format('en-GB', UNITS, 'UTC')
const DE = new Format('de-DE', UNITS, 'UTC')

/** Nobody should read any of these. */
const WRONG = /NaN|undefined|Infinity|∞|\[object|Invalid|^$/

/** What JSON text can come to be, as folded state keeps it. */
const finite = fc.oneof(
  fc.double({ noDefaultInfinity: true, noNaN: true }).map((each) => each + 0),
  fc.constantFrom(0, 1, -1, 1e308, -1e308, Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324, 2 ** 53, 8.64e15),
)
const anyNumber = fc.oneof(finite, fc.constantFrom(Infinity, -Infinity, NaN))
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', ' ', '\ud800', '\u202eevil', '\u200b', '__proto__', 'constructor', 'x'.repeat(3_000)),
)
const value: fc.Arbitrary<unknown> = fc.oneof(anyNumber, text, fc.jsonValue({ maxDepth: 4 }))

const within = (from: number, to: number, values: readonly number[]): boolean =>
  values.every((each) => each >= from && each <= to)

describe('any number', () => {
  test('as a time or a duration is a short text', () => {
    fc.assert(
      fc.property(anyNumber, fc.constantFrom(EN, DE), (ms, format) => {
        const times = [format.time(ms), format.precise(ms), format.dateTime(ms), format.moment(ms)]
        const texts = [...times, format.stamp(ms, NOW), format.duration(ms), format.span(ms)]
        expect(texts.filter((each) => WRONG.test(each) || each.length > 40)).toEqual([])
      }),
    )
    expect([EN.time(1e300), EN.stamp(Infinity, NOW), EN.duration(NaN), EN.span(1e300)]).toEqual(['–', '–', '–', '–'])
  })

  test('as a value is a short text, and what is going to be written is that number and no other', () => {
    fc.assert(
      fc.property(finite, fc.option(fc.integer({ min: 0, max: 10 }), { nil: undefined }), (number, precision) => {
        const ways = [formatNumber, formatExactly]
        const texts = ['en-GB', 'de-DE'].flatMap((locale) => ways.map((way) => way(number, locale, precision)))
        expect(texts.filter((each) => WRONG.test(each) || each.length > 45)).toEqual([])
        expect(Number(formatExactly(number, 'en-GB', precision).replaceAll(',', ''))).toBe(number)
      }),
    )
    expect([1e308, -1.5e15, 1e-12, -0.01].map((each) => formatNumber(each, 'en-GB'))).toEqual([
      '1E308',
      '-1.5E15',
      '1E-12',
      '-0.01',
    ])
    // A minus before nothing at all says something that is not so.
    expect(formatNumber(-0.01, 'en-GB', 1)).toBe('0.0')
  })

  test('has a place on any bar and any axis, and a next one', () => {
    fc.assert(
      fc.property(finite, finite, finite, finite, fc.boolean(), (min, max, at, other, fit) => {
        const description = { type: 'number', min, max, limits: { low: other, high: at } } as const
        const scale = barScale(description)
        const zones = scale?.zones.flatMap(({ start, end }) => [start, end]) ?? []
        const marks = scale ? [barPlace(scale, at).at, ...scale.limits.map((limit) => limit.at)] : []
        expect(within(0, 1, [...zones, ...marks])).toBe(true)
        const extremes: [number, number] = [Math.min(at, other), Math.max(at, other)]
        const [axis] = scalesOf([{ boolean: false, description, extremes }], fit)
        expect(axis && Number.isFinite(axis.max - axis.min) && axis.min < axis.max).toBe(true)
        expect(max > min && !within(min, max, [stepped(at, 1, description)])).toBe(false)
      }),
    )
  })
})

const KEYS = `message data level tag module error to_state from_state event_trigger job_id new_state previous_state
  device_id timing duration workflowId executionId workflowName totalNodes completedNodes estimatedTimeRemaining nodeId
  blockId blockName executionContext actionIndex totalActions response_time_ms data_size_bytes connection_type alarm
  until value limit recent active __proto__`
const TYPES = `state_change error job_started job_failed log_entry device_update tag_update status_change block_started
  block_executed action_template_started initial_execution_state workflow:started workflow:progress node:started
  node:failed connection_event alarm_raised alarm_shelved command_requested x`
const oneOf = (words: string) => fc.constantFrom(...words.split(/\s+/))

const payload = fc.dictionary(oneOf(KEYS), value, { maxKeys: 10 })
const origin = fc.constantFrom<EventView['origin'][]>('machine', 'panel', 'operator')
const events = fc.array(fc.tuple(oneOf(TYPES), payload, origin), { maxLength: 20 }).map((list) =>
  list.map(([type, said, from], i) =>
    viewEvent({
      offset: i + 1,
      time: NOW + i,
      origin: from,
      body: { machine_name: 'm', type, payload: { workflowId: 'w', blockId: 'b', connection_type: 'c', ...said } },
    }),
  ),
)

/** All that pages say of an execution. */
function wordsOf(execution: Execution): string[] {
  const left = remainingOf(execution, NOW + 5_000)
  const durations = execution.steps.flatMap(({ duration }) => duration ?? [])
  return [
    executionTitle(execution),
    ...execution.steps.map(stepTitle),
    ...durations.map((duration) => EN.span(duration)),
    ...(left ? [EN.duration(left.ms), EN.time(NOW + left.ms)] : []),
  ]
}

describe('any event', () => {
  test('is a line of text', () => {
    fc.assert(
      fc.property(events, (list) => {
        for (const event of list) {
          expect([typeof summaryOf(event), typeof lineOf(event).message]).toEqual(['string', 'string'])
          expect(() => alarmRecord(event)).not.toThrow()
        }
      }),
    )
  })

  test('leaves machines, executions and links of which every part can be shown', () => {
    fc.assert(
      fc.property(events, (list) => {
        const folded = newFolded()
        for (const event of list) foldInto(folded, event)
        for (const execution of folded.executions.values()) {
          expect(wordsOf(execution).filter((word) => isBlank(word) || word === '–')).toEqual([])
          expect(new Set(stepKeys(execution.steps)).size).toBe(execution.steps.length)
          expect(within(0, 1, [extentOf(execution)?.fraction ?? 0])).toBe(true)
        }
        for (const machine of folded.machines.values()) {
          const spans = placeSpans(stateSpans(machine, NOW + 100), NOW, NOW + 100)
          expect(
            within(
              0,
              1,
              spans.flatMap(({ start, width }) => [start, width]),
            ),
          ).toBe(true)
        }
        for (const link of folded.links.values()) {
          const { rate, score } = linkView(link, NOW)
          expect(Number.isFinite(rate + (score ?? 0))).toBe(true)
        }
      }),
    )
  })
})

test('a number beyond all numbers is no text: nobody reads that an alarm is called Infinity', () => {
  const folded = newFolded()
  const said = { message: Infinity, to_state: Infinity, job_id: -Infinity, error_message: Infinity }
  const about = { executionId: Infinity, workflowId: Infinity, nodeId: Infinity, workflowName: Infinity }
  for (const [offset, type] of ['state_change', 'job_failed', 'workflow:started', 'node:failed'].entries()) {
    const body = { machine_name: 'm', type, payload: { ...said, ...about } }
    foldInto(folded, viewEvent({ offset, time: NOW, origin: 'machine', body }))
  }
  expect(folded.machines.get('m')).toMatchObject({ state: null, lastError: { message: 'job_failed', jobId: null } })
  expect(folded.executions.size).toBe(0)
})

test('any address of the trends shows a time that there is', () => {
  const number = fc.oneof(text, anyNumber.map(String))
  fc.assert(
    fc.property(fc.option(text), number, number, (tag, span, to) => {
      const { from, to: end } = windowOf(viewOfQuery({ tag, span, to }), NOW)
      expect(from >= 0 && from < end && end <= 8.64e15).toBe(true)
    }),
  )
})

test('any name can be read, and none reads as another one by turning its letters round', () => {
  fc.assert(
    fc.property(text, (name) => {
      const shown = visibleName(name)
      expect([isBlank(shown), /[\u202a-\u202e\u2066-\u2069]/.test(shown)]).toEqual([false, false])
    }),
  )
  expect(['\u202eevil', ' ', '\u200b\u00a0', 'Преса'].map((name) => machineLabel(new PlantLookup(), name))).toEqual([
    '\ufffdevil',
    'U+0020',
    'U+200B U+00A0',
    'Преса',
  ])
})
