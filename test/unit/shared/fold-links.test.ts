import * as fc from 'fast-check'
import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { type Origin, viewEvent } from '../../../src/shared/event.ts'
import { foldLink, LINK_LIMITS } from '../../../src/shared/fold/links.ts'
import { newFolded, foldedFrom, foldedSnapshot, foldInto } from '../../../src/shared/folded.ts'
import { type Link, linkKey, LinkSchema, MINUTE_MS } from '../../../src/shared/link.ts'

const START = 1_795_236_900_000

function folding() {
  const links = new Map<string, Link>()
  let offset = 0
  const take = (machine: string, payload: unknown, at = 0, origin: Origin = 'machine', type = 'connection_event') => {
    offset += 1
    return foldLink(
      links,
      viewEvent({ offset, time: START + at, origin, body: { machine_name: machine, type, payload } }),
    )
  }
  const get = (machine: string, type: string): Link | undefined => links.get(linkKey(machine, type))
  return { links, take, get }
}

const said = (more: object = {}): object => ({ connection_type: 'http', direction: 'send', ...more })

test('[G1] [G2] every field of a connection event is folded', () => {
  const { take, get } = folding()
  take('gw', said({ data_size_bytes: 100, response_time_ms: 20, script_name: 's.py', function_name: 'f', error: null }))
  take('gw', said({ direction: 'receive', data_size_bytes: 40, response_time_ms: 30 }), 1_000)
  take('gw', said({ direction: 'error', error: 'Timeout', script_name: 's.py', function_name: 'f' }), MINUTE_MS)
  const { histogram, ...link } = get('gw', 'http') ?? { histogram: [] }
  expect(link).toEqual({
    machine: 'gw',
    type: 'http',
    firstAt: START,
    lastEventAt: START + MINUTE_MS,
    lastEventOffset: 3,
    events: 3,
    errors: 1,
    sentBytes: 100,
    receivedBytes: 40,
    responses: 2,
    responseMs: 50,
    failing: true,
    lastErrors: [{ offset: 3, time: START + MINUTE_MS, message: 'Timeout', script: 's.py', call: 'f' }],
    minutes: [
      { at: START, events: 2, errors: 0, sentBytes: 100, receivedBytes: 40, responses: 2, responseMs: 50 },
      { at: START + MINUTE_MS, events: 1, errors: 1, sentBytes: 0, receivedBytes: 0, responses: 0, responseMs: 0 },
    ],
  })
  expect(histogram.reduce((sum, count) => sum + count, 0)).toBe(2)
})

test('both names of a direction count, and no other', () => {
  const { take, get } = folding()
  for (const direction of ['send', 'outbound']) take('m', said({ direction, data_size_bytes: 5 }))
  for (const direction of ['receive', 'inbound']) take('m', said({ direction, data_size_bytes: 7 }))
  for (const direction of ['sideways', 3, undefined]) take('m', said({ direction, data_size_bytes: 9 }))
  expect(get('m', 'http')).toMatchObject({ events: 7, errors: 0, sentBytes: 10, receivedBytes: 14 })
})

test('[G1] an error is one by its direction or by what it says, and the next event without one ends it', () => {
  const { take, get } = folding()
  const failing = (payload: object): boolean | undefined => take('m', said(payload))?.failing
  for (const error of [null, '', false, undefined]) expect([error, failing({ error })]).toEqual([error, false])
  for (const error of ['Reset', true, { message: 'Reset' }, 7])
    expect([error, failing({ error })]).toEqual([error, true])
  expect(failing({ direction: 'error' })).toBe(true)
  expect(failing({})).toBe(false)
  expect(get('m', 'http')?.lastErrors.map(({ message }) => message)).toEqual(['Reset', 'true', 'Reset', '7', ''])
})

test('sizes and response times that cannot be are none', () => {
  const { take, get } = folding()
  for (const wrong of [-1, '12', null, 1e308, NaN, 86_400_001]) take('m', said({ response_time_ms: wrong }))
  for (const wrong of [-1, '12', null, 1e308]) take('m', said({ data_size_bytes: wrong }))
  take('m', said({ data_size_bytes: 12.9, response_time_ms: 0 }))
  expect(get('m', 'http')).toMatchObject({ events: 11, sentBytes: 12, responses: 1, responseMs: 0, histogram: [1] })
})

test('only what machines say of a named type is folded', () => {
  const { links, take } = folding()
  expect(take('m', said(), 0, 'panel')).toBeUndefined()
  expect(take('m', said(), 0, 'operator')).toBeUndefined()
  expect(take('m', said(), 0, 'machine', 'state_change')).toBeUndefined()
  for (const type of [undefined, '', null, {}, 'x'.repeat(129)]) take('m', said({ connection_type: type }))
  expect(links.size).toBe(0)
  expect(take('m', said({ connection_type: 8080 }))?.type).toBe('8080')
})

test('the latest errors are kept, and of each no more than may be', () => {
  const { take, get } = folding()
  for (let i = 1; i <= LINK_LIMITS.errors + 3; i += 1) take('m', said({ error: `${i} ${'x'.repeat(600)}` }))
  const errors = get('m', 'http')?.lastErrors ?? []
  expect(errors.map(({ offset }) => offset)).toEqual(Array.from({ length: LINK_LIMITS.errors }, (_, i) => i + 4))
  expect(Math.max(...errors.map(({ message }) => message.length))).toBe(500)
})

test('the minutes of the last hour are kept, those without events are not there', () => {
  const { take, get } = folding()
  for (const minute of [0, 1, 1, 30, 60, 61]) take('m', said({ data_size_bytes: 1 }), minute * MINUTE_MS + 59_999)
  expect(get('m', 'http')?.minutes.map(({ at, events }) => [(at - START) / MINUTE_MS, events])).toEqual([
    [30, 1],
    [60, 1],
    [61, 1],
  ])
})

test('[G2] a machine that invents types pushes out its own links, those silent longest first, and nobody else’s', () => {
  const { links, take, get } = folding()
  take('other', said())
  for (let i = 0; i < LINK_LIMITS.types; i += 1) take('m', said({ connection_type: `t${i}` }))
  take('m', said({ connection_type: 't0' }))
  take('m', said({ connection_type: 'new' }))
  const own = [...links.values()].filter(({ machine }) => machine === 'm').map(({ type }) => type)
  expect(own.length).toBeLessThanOrEqual(LINK_LIMITS.types)
  expect(own).toContain('t0')
  expect(own).toContain('new')
  expect(own).not.toContain('t1')
  expect(get('other', 'http')).toBeDefined()
})

test('there are never more links than may be', () => {
  const { links, take } = folding()
  for (let i = 0; i < LINK_LIMITS.links + 50; i += 1) take(`m${i}`, said())
  expect(links.size).toBeLessThanOrEqual(LINK_LIMITS.links)
  expect(links.has(linkKey(`m${LINK_LIMITS.links + 49}`, 'http'))).toBe(true)
})

const anything = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('send', 'receive', 'error', 'inbound', '', null, -1, 0, 1.5, 1e308, Infinity, 17),
)

test('any payload folds without throwing into what the schema says, and its JSON is the same again', () => {
  const payloads = fc.record({
    connection_type: fc.oneof(fc.constantFrom('a', 'b', 7), anything),
    direction: anything,
    data_size_bytes: anything,
    response_time_ms: anything,
    error: anything,
    script_name: anything,
    function_name: anything,
  })
  fc.assert(
    fc.property(fc.array(fc.tuple(payloads, fc.nat(200_000)), { maxLength: 30 }), (all) => {
      const { links, take } = folding()
      let at = 0
      for (const [payload, passed] of all) take('m', payload, (at += passed))
      for (const link of links.values()) {
        expect(Value.Errors(LinkSchema, link)).toEqual([])
        expect(JSON.parse(JSON.stringify(link))).toEqual(link)
      }
    }),
  )
})

test('what goes on from a snapshot is what went on without one', () => {
  const straight = newFolded()
  let stopped = newFolded()
  for (let offset = 1; offset <= 300; offset += 1) {
    const payload = said({
      connection_type: `t${offset % 3}`,
      response_time_ms: (offset * 7.3) % 900,
      data_size_bytes: offset,
      error: offset % 9 === 0 ? 'x' : null,
    })
    const body = { machine_name: `m${offset % 2}`, type: 'connection_event', payload }
    const event = viewEvent({ offset, time: START + offset * 20_000, origin: 'machine', body })
    foldInto(straight, event)
    if (offset % 50 === 0) stopped = foldedFrom(JSON.parse(JSON.stringify(foldedSnapshot(stopped))))
    foldInto(stopped, event)
  }
  expect(foldedSnapshot(stopped).links).toEqual(foldedSnapshot(straight).links)
  expect(straight.links.size).toBe(6)
})
