import { expect, test } from 'vitest'
import { door } from '../../../src/core/door.ts'
import { CLOSE_CODES, closeCodeOf } from '../../../src/shared/close-codes.ts'
import { ClientMessageSchema } from '../../../src/shared/messages.ts'
import { parseMessage } from '../../../src/shared/parse-message.ts'

const parse = (text: string) => parseMessage(text, door(ClientMessageSchema))

const pingTaken = (id: unknown): boolean => parse(JSON.stringify({ type: 'ping', id })).ok

test('[B1] what is not JSON and what is no message are told apart, each with a sentence', () => {
  expect(parse('{"type":')).toMatchObject({ ok: false, error: { code: 'bad_json' } })
  for (const text of ['null', '[]', '"ping"', '{}', '{"type":"ping"}', '{"type":"welcome"}', '{"type":"__proto__"}']) {
    expect(parse(text)).toMatchObject({ ok: false, error: { code: 'bad_message' } })
  }
})

test('a message with keys that are not known is taken', () => {
  expect(parse('{"type":"pong","new":1}')).toMatchObject({ ok: true, value: { type: 'pong' } })
})

test('ids may be texts and whole numbers, and are bounded', () => {
  expect(['a', 'x'.repeat(64), 0, 2 ** 40].map(pingTaken)).toEqual([true, true, true, true])
  expect(['', 'x'.repeat(65), -1, 0.5, null, {}].some(pingTaken)).toBe(false)
})

test('a close code’s reason fits into a close frame, and no code is used twice', () => {
  const codes = Object.values(CLOSE_CODES)
  for (const { reason } of codes) expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123)
  expect(new Set(codes.map(({ code }) => code)).size).toBe(codes.length)
  for (const close of codes) expect(closeCodeOf(close.code)).toBe(close)
})

test('a code that nobody knows is worth another try', () => {
  expect(closeCodeOf(1006)).toEqual({ code: 1006, retry: true, reason: 'connection lost' })
})
