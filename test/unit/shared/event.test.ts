import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { bodyText, eventText, ORIGINS, viewEvent } from '../../../src/shared/event.ts'

test('[E2] an event’s text is JSON around the body’s own text, and gives it back byte for byte', () => {
  const body = fc
    .record({ machine_name: fc.string({ minLength: 1 }), type: fc.string({ minLength: 1 }), payload: fc.jsonValue() })
    .chain((value) => fc.constantFrom(JSON.stringify(value), ` ${JSON.stringify(value, null, 2)}\n`))
  const nat = fc.nat({ max: 2 ** 48 })
  fc.assert(
    fc.property(nat, nat, fc.constantFrom(...ORIGINS), body, (offset, time, origin, text) => {
      const event = eventText(offset, time, origin, text)
      expect(bodyText(event)).toBe(text)
      expect(JSON.parse(event)).toEqual({ offset, time, origin, body: JSON.parse(text) as unknown })
    }),
  )
})

test('a body that itself holds the word body is not confused', () => {
  const body = '{"machine_name":"m","type":"x","payload":{"body":{"body":1}},"body":"\\"body\\":"}'
  expect(bodyText(eventText(1, 2, 'machine', body))).toBe(body)
})

const view = (body: Record<string, unknown>) =>
  viewEvent({ offset: 1, time: 5, origin: 'machine', body: { machine_name: 'm', ...body } })

test('the type is read from either key, the newer one first', () => {
  expect(view({ type: 'a' }).type).toBe('a')
  expect(view({ event_type: 'b' }).type).toBe('b')
  expect(view({ type: 'a', event_type: 'b' })).toMatchObject({ type: 'a', family: 'other' })
  expect(view({ event_type: 'state_change' }).family).toBe('machine')
})

test('a payload that is no object reads as empty', () => {
  for (const payload of [undefined, null, 1, 'x', true, [1]]) expect(view({ type: 'a', payload }).payload).toEqual({})
  expect(view({ type: 'a', payload: { x: 1 } }).payload).toEqual({ x: 1 })
})

test('the machine’s own time is looked for in the payload and then beside it', () => {
  expect(view({ type: 'a', payload: { timestamp: 1_795_236_900.5 } }).sourceTime).toBe(1_795_236_900_500)
  expect(view({ type: 'a', timestamp: '2026-11-21T09:15:00Z' }).sourceTime).toBe(Date.UTC(2026, 10, 21, 9, 15))
  expect(view({ type: 'a', payload: { timestamp: 2_000_000_000 }, timestamp: 1 }).sourceTime).toBe(2e12)
  expect(view({ type: 'a', payload: { timestamp: 'soon' } }).sourceTime).toBeNull()
  expect(view({ type: 'a' }).sourceTime).toBeNull()
})
