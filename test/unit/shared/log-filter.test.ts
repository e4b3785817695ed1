import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { filterOf } from '../../../src/shared/channel.ts'
import { bodyText, eventText, viewEvent } from '../../../src/shared/event.ts'
import {
  ALL_LINES,
  LINE_LEVELS,
  lineText,
  type LogFilter,
  logFilterText,
  logHead,
  logMatches,
  MAX_LOG_FILTER,
  MAX_LOG_SEARCH,
  parseLogFilter,
  typedLogFilter,
} from '../../../src/shared/log-filter.ts'
import { logTest } from '../../../src/renderer/model/log-line.ts'
import { escaped } from '../../support/random-datagram.ts'

test('[C6] a filter has the keys of the protocol and no other', () => {
  expect(parseLogFilter('{}')).toEqual(ALL_LINES)
  expect(parseLogFilter('{"level":[],"tag":"","module":"","text":""}')).toEqual(ALL_LINES)
  expect(parseLogFilter('{"level":["warn","error","warning"],"tag":"Помпа","module":"M","text":"A  b"}')).toEqual({
    levels: ['warning', 'error'],
    tag: 'помпа',
    module: 'm',
    text: 'a b',
  })
  const wrong = ['', '{', 'null', '[]', '"x"', '{"levels":[]}', '{"level":"error"}', '{"level":["loud"]}', '{"tag":1}']
  for (const text of wrong) expect([text, parseLogFilter(text)]).toEqual([text, null])
  expect(parseLogFilter(JSON.stringify({ text: 'x'.repeat(MAX_LOG_SEARCH) }))).not.toBeNull()
  expect(parseLogFilter(JSON.stringify({ text: 'x'.repeat(MAX_LOG_SEARCH + 1) }))).toBeNull()
  expect(parseLogFilter(`{${' '.repeat(MAX_LOG_FILTER)}}`)).toBeNull()
})

test('[C7] filters that mean the same are the same', () => {
  const key = (filter: string): string => filterOf([`log:${filter}`]).key
  const same = ['{"level":["error","warn"],"tag":"PUMP"}', '{ "tag":"pump", "level":["warning","error","warn"] }']
  expect(new Set(same.map(key)).size).toBe(1)
  expect(key(JSON.stringify({ level: LINE_LEVELS }))).toBe(key('{}'))
  expect(key('{"tag":"pump"}')).not.toBe(key('{"module":"pump"}'))
})

const anyText = fc.string({ unit: 'binary', maxLength: 300 })

test('whatever somebody types is a filter that the panel reads as it is meant', () => {
  const typed = fc.record({
    levels: fc.subarray([...LINE_LEVELS]).filter(({ length }) => length < LINE_LEVELS.length),
    tag: anyText,
    module: anyText,
    text: fc.oneof(anyText, fc.constantFrom('"'.repeat(400), '\u0001'.repeat(400), 'İ'.repeat(300), '😀'.repeat(200))),
  })
  fc.assert(
    fc.property(typed, (filter) => {
      const meant = typedLogFilter(filter)
      expect(parseLogFilter(logFilterText(meant))).toEqual(meant)
    }),
  )
})

const line = (payload: object, more: object = {}): string =>
  JSON.stringify({ machine_name: 'Flow_01', type: 'log_entry', ...more, payload })

function matching(filter: Partial<LogFilter>, body: string): boolean {
  const text = eventText(1, 1_000, 'machine', body)
  const head = logHead(viewEvent(JSON.parse(text)))
  return head !== null && logMatches({ ...ALL_LINES, ...filter }, head, text)
}

test('[C6] level, tag, module and text are looked at, in any case, and all of them must fit', () => {
  const body = line({ level: 'WARN', tag: 'Pump', module: 'Hydraulics', data: 'Pressure is LOW' })
  expect(matching({ levels: ['warning'], tag: 'um', module: 'hydraulics', text: 'pressure is low' }, body)).toBe(true)
  const others: Partial<LogFilter>[] = [
    { levels: ['error', 'info'] },
    { tag: 'hydraulics' },
    { module: 'pump' },
    { text: 'pressure is high' },
    { levels: ['warning'], tag: 'pump', text: 'elsewhere' },
  ]
  for (const filter of others) expect([filter, matching(filter, body)]).toEqual([filter, false])
  expect(matching({ tag: 'x' }, line({ level: 'info' }))).toBe(false)
  expect(matching({ levels: ['info'] }, line({ level: 'analytics' }))).toBe(false)
  expect(matching({ levels: ['analytics'] }, line({ level: 'Analytics' }))).toBe(true)
  expect(matching({}, line({}, { type: 'state_change' }))).toBe(false)
  expect(matching({ text: 'flow_01' }, line({}))).toBe(true)
})

test('a text is found as people see it: letters, quotes and line breaks stand for themselves', () => {
  const body = line({ data: 'File "a\\b.py",\n\tline 3: Грешка', n: 1.5 })
  // As Python writes it: with spaces, and letters escaped.
  const python = escaped(body).replaceAll('":', '": ')
  for (const text of ['file "a\\b.py", line 3', 'грешка', '"n":1.5', '{"data":']) {
    for (const each of [body, python]) expect([text, matching({ text }, each)]).toEqual([text, true])
  }
  for (const text of ['\\u04', 'machine_name', '"payload"', 'offset', '": ']) {
    for (const each of [body, python]) expect([text, matching({ text }, each)]).toEqual([text, false])
  }
})

const word = fc.oneof(
  fc.constantFrom(
    '',
    'Помпа',
    'pump',
    'null',
    'Infinity',
    '1e21',
    '1.50',
    '"q"',
    '\\',
    '\n',
    'payload',
    'level',
    'ΟΔΟΣ',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
)
const payloadOf = fc.record(
  {
    level: fc.oneof(fc.constantFrom('info', 'WARN', 'error', 'analytics', 'fatal', 3), word),
    tag: fc.oneof(word, fc.integer(), fc.constant(null)),
    module: word,
    data: fc.oneof(word, fc.jsonValue({ maxDepth: 2 })),
    message: word,
    context: fc.jsonValue({ maxDepth: 2 }),
  },
  { requiredKeys: [] },
)

test('the panel and its pages agree on every line, however the datagram was written', () => {
  const asked = fc.record({
    levels: fc.subarray([...LINE_LEVELS]),
    tag: fc.oneof(fc.constant(''), word),
    module: fc.oneof(fc.constant(''), word),
    text: fc.oneof(fc.constant(''), word, fc.constantFrom('помпа', 'infinity', ':1', '","', 'e+21', 'οδοσ', 'οδος')),
  })
  const style = fc.constantFrom(
    (body: string) => body,
    escaped,
    (body: string) => JSON.stringify(JSON.parse(body), null, 2),
    (body: string) => body.replace(/\}$/, ',"seen":1e400,"again":-0.0,"big":1E21}'),
  )
  fc.assert(
    fc.property(payloadOf, asked, style, (payload, typed, write) => {
      const filter = parseLogFilter(logFilterText(typedLogFilter(typed))) ?? ALL_LINES
      const body = write(line(payload))
      const view = viewEvent(JSON.parse(eventText(1, 1_000, 'machine', body)))
      expect(matching(filter, body)).toBe(logTest(filter)(view))
    }),
    { numRuns: 500 },
  )
})

test('a line that is settled by a look at its bytes is settled as by reading it', () => {
  const letters = fc.string({
    unit: fc.constantFrom('п', 'о', 'm', 'A', 'ß', 'İ', 'σ', 'Σ'),
    minLength: 5,
    maxLength: 7,
  })
  fc.assert(
    fc.property(letters, letters, (data, searched) => {
      const body = line({ data })
      const { text } = typedLogFilter({ ...ALL_LINES, text: searched })
      expect(matching({ text }, body)).toBe(
        lineText(viewEvent(JSON.parse(eventText(1, 1, 'machine', body)))).includes(text),
      )
      expect(bodyText(eventText(1, 1, 'machine', body))).toBe(body)
    }),
    { numRuns: 500 },
  )
})
