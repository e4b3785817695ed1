import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode, RECEIVE_BUFFER_BYTES } from '../../../src/core/decode.ts'
import { MAX_DEPTH, MAX_NAME_LENGTH } from '../../../src/shared/datagram.ts'
import type { Refusal } from '../../../src/shared/health.ts'

const reason = (bytes: Buffer | string): Refusal | 'accepted' => {
  const decoded = decode(typeof bytes === 'string' ? Buffer.from(bytes) : bytes)
  return decoded.ok ? 'accepted' : decoded.reason
}
const json = (value: unknown): Refusal | 'accepted' => reason(JSON.stringify(value))

/** A datagram of exactly so many bytes. */
const ofSize = (bytes: number): Buffer => {
  const empty = '{"machine_name":"m","type":"x","payload":""}'
  return Buffer.from(empty.replace('""}', `"${'x'.repeat(bytes - empty.length)}"}`))
}
/** A datagram with these bytes within its name. */
const around = (bytes: number[]): Buffer =>
  Buffer.concat([Buffer.from('{"machine_name":"m'), Buffer.from(bytes), Buffer.from('","type":"x"}')])
/** A datagram whose payload nests so deep that the whole has this depth. */
const ofDepth = (depth: number, open = '[', close = ']'): string =>
  `{"machine_name":"m","type":"x","payload":${open.repeat(depth - 1)}${close.repeat(depth - 1)}}`

test('[D1] one JSON object is taken, and its text is exactly what came', () => {
  const text = ' {"machine_name" : "m", "type":"x","payload":{"b":1,"a":1.50}, "extra":[1 ,2]}\n'
  expect(decode(Buffer.from(text))).toEqual({ ok: true, text, datagram: JSON.parse(text) as unknown })
})

test.each([
  ['nothing at all', '', 'empty'],
  ['white space', '   ', 'not_json'],
  ['a text that is not JSON', 'hello', 'not_json'],
  ['half an object', '{"machine_name":"m","ty', 'not_json'],
  ['two objects', '{"machine_name":"m","type":"x"}{}', 'not_json'],
  ['an object and a NUL', '{"machine_name":"m","type":"x"}\0', 'not_json'],
  ['a byte order mark', '\ufeff{"machine_name":"m","type":"x"}', 'not_json'],
  ['a number that is none', '{"machine_name":"m","type":"x","payload":NaN}', 'not_json'],
  ['a raw line break within a string', '{"machine_name":"m\n","type":"x"}', 'not_json'],
  ['a list', '[{"machine_name":"m","type":"x"}]', 'not_object'],
  ['a string', '"machine_name"', 'not_object'],
  ['a number', '7', 'not_object'],
  ['null', 'null', 'not_object'],
] as const)('[D1] %s is refused', (_what, text, why) => {
  expect(reason(text)).toBe(why)
})

test('[D1] bytes that are not UTF-8 are refused, surrogates in disguise among them', () => {
  expect(reason(around([0xc3, 0xa9]))).toBe('accepted')
  for (const bytes of [[0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe9]]) {
    expect([bytes.join(' '), reason(around(bytes))]).toEqual([bytes.join(' '), 'not_utf8'])
  }
})

test('[D2] a machine has a name', () => {
  for (const datagram of [{ type: 'x' }, { machine_name: '', type: 'x' }, { machine_name: 7, type: 'x' }]) {
    expect(json(datagram)).toBe('no_machine_name')
  }
  expect(json({ machine_name: null, type: 'x' })).toBe('no_machine_name')
  expect(reason('{"__proto__":{"machine_name":"m"},"type":"x"}')).toBe('no_machine_name')
})

test('[D2] [D3] a name is bounded in code points, and holds no control character', () => {
  const longest = '😀'.repeat(MAX_NAME_LENGTH)
  expect(json({ machine_name: longest, type: longest })).toBe('accepted')
  expect(json({ machine_name: `${longest}x`, type: 'x' })).toBe('bad_machine_name')
  expect(json({ machine_name: 'm', type: `${longest}x` })).toBe('bad_type')
  // One letter with a thousand accents looks like one letter, and is long all the same.
  expect(json({ machine_name: `e${'\u0301'.repeat(1_000)}`, type: 'x' })).toBe('bad_machine_name')
  for (const control of ['\0', '\n', '\r', '\t', '\u001b', '\u007f', '\u0085', '\u009b']) {
    expect(json({ machine_name: `m${control}`, type: 'x' })).toBe('bad_machine_name')
    expect(json({ machine_name: 'm', type: `x${control}` })).toBe('bad_type')
    expect(json({ machine_name: 'm', event_type: `x${control}` })).toBe('bad_type')
    expect(json({ machine_name: 'm', type: 'x', payload: { text: control } })).toBe('accepted')
  }
  for (const name of [' ', 'a b', 'Ж°€', '<b>', '../../etc', '__proto__', 'ab']) {
    expect([name, json({ machine_name: name, type: name })]).toEqual([name, 'accepted'])
  }
})

test('[D3] a type is called type or event_type', () => {
  expect(json({ machine_name: 'm', event_type: 'x' })).toBe('accepted')
  expect(json({ machine_name: 'm', type: 'x', event_type: 'y' })).toBe('accepted')
  expect(json({ machine_name: 'm' })).toBe('no_type')
  expect(json({ machine_name: 'm', type: '' })).toBe('no_type')
  expect(json({ machine_name: 'm', type: 7 })).toBe('no_type')
  expect(json({ machine_name: 'm', type: null })).toBe('no_type')
  expect(json({ machine_name: 'm', type: 'x', event_type: 7 })).toBe('bad_type')
})

test('[D4] any payload and any further key are taken', () => {
  for (const payload of [null, 1, 'x', [], {}, { type: 7 }]) {
    expect(json({ machine_name: 'm', type: 'x', payload, more: payload, offset: 1, origin: 'panel' })).toBe('accepted')
  }
  expect(json({ machine_name: 'm', type: 'x' })).toBe('accepted')
})

test('[D5] a datagram that fills the receive buffer was probably longer', () => {
  expect(ofSize(RECEIVE_BUFFER_BYTES)).toHaveLength(65_536)
  expect(reason(ofSize(RECEIVE_BUFFER_BYTES - 1))).toBe('accepted')
  expect(reason(ofSize(RECEIVE_BUFFER_BYTES))).toBe('truncated')
})

test('[D6] 64 levels are taken, 65 are not, whatever they are made of', () => {
  for (const [open, close] of [
    ['[', ']'],
    ['{"":', '}'],
  ] as const) {
    const inside = open === '[' ? '' : '0'
    const text = (depth: number) => ofDepth(depth, open, close).replace(`${open}${close}`, `${open}${inside}${close}`)
    expect(reason(text(MAX_DEPTH))).toBe('accepted')
    expect(reason(text(MAX_DEPTH + 1))).toBe('too_deep')
  }
  expect(reason('['.repeat(60_000))).toBe('too_deep')
})

test('[D6] brackets within strings do not count, and escaped quotes do not end a string', () => {
  const brackets = '[{'.repeat(500)
  for (const payload of [brackets, `"${brackets}`, `\\"${brackets}`, `\\`, `a"b\\"c${brackets}`, ['\\', brackets]]) {
    expect(json({ machine_name: 'm', type: 'x', payload })).toBe('accepted')
  }
  expect(json({ machine_name: 'm', type: 'x', payload: { [brackets]: 1 } })).toBe('accepted')
})

test('half a surrogate pair, escaped, is JSON and stays what it was', () => {
  const text = '{"machine_name":"m\\ud800","type":"x\\udc00"}'
  expect(decode(Buffer.from(text))).toMatchObject({ ok: true, text, datagram: { machine_name: 'm\ud800' } })
})

test('where a key is there twice the last one counts, as it does for every viewer', () => {
  const text = '{"machine_name":"a","type":"x","machine_name":"b"}'
  expect(decode(Buffer.from(text))).toMatchObject({ ok: true, text, datagram: { machine_name: 'b' } })
  expect(reason('{"machine_name":"a","type":"x","type":7}')).toBe('no_type')
})

test('numbers beyond what a double holds are taken', () => {
  expect(reason('{"machine_name":"m","type":"x","payload":{"timestamp":1e999,"n":-0}}')).toBe('accepted')
})

test('what it takes, it takes with the same meaning for everybody: parsing the text again gives the same', () => {
  fc.assert(
    fc.property(fc.json(), fc.string({ minLength: 1, maxLength: 20 }), (payload, name) => {
      const text = `{"machine_name":${JSON.stringify(name)},"type":"x","payload":${payload}}`
      const decoded = decode(Buffer.from(text))
      const again: unknown = decoded.ok ? JSON.parse(decoded.text) : null
      expect(again).toEqual(decoded.ok ? decoded.datagram : null)
    }),
  )
})
