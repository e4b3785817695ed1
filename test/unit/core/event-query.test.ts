import { expect, test } from 'vitest'
import { entryMatches } from '../../../src/core/event-query.ts'
import { containsText } from '../../../src/shared/contains-text.ts'
import { queryEntries } from '../../../src/core/memory-store.ts'
import { eventText } from '../../../src/shared/event.ts'
import { LogMaker } from '../../support/journal-kinds.ts'
import { escaped } from '../../support/random-datagram.ts'

const event = (body: string): string => eventText(7, 1_795_236_900_000, 'machine', body)

test('a text is found in any case, in keys and in values', () => {
  const text = event('{"machine_name":"Press","type":"x","payload":{"Message":"Няма ХАРТИЯ"}}')
  for (const needle of ['press', 'message', 'няма хартия', '"type":"x"']) expect(containsText(text, needle)).toBe(true)
  for (const needle of ['1795236900000', '"offset"', '"origin"', 'body":', 'paper']) {
    expect({ needle, found: containsText(text, needle) }).toEqual({ needle, found: false })
  }
})

test('letters that were sent as \\uXXXX are found as letters', () => {
  const body = '{"machine_name":"m","type":"x","payload":{"message":"Грешка 😀"}}'
  for (const text of [event(body), event(escaped(body)), event(escaped(body).replaceAll('\\u04', '\\u04'))]) {
    expect(containsText(text, 'грешка')).toBe(true)
    expect(containsText(text, '😀')).toBe(true)
    expect(containsText(text, '\\u0433')).toBe(false)
  }
})

test('what is missing in a query does not filter, and everything that is there does', () => {
  const maker = new LogMaker()
  const entry = maker.add({ machine_name: 'm', type: 'activity_log', payload: { level: 'warn', message: 'Hot' } })
  const matches = (query: object): boolean => entryMatches({ order: 'asc', limit: 1, ...query }, entry)
  expect(matches({})).toBe(true)
  expect(matches({ machine: 'm', type: 'activity_log', family: 'log', level: 'warning', text: 'HOT' })).toBe(true)
  expect(matches({ machine: 'n' })).toBe(false)
  expect(matches({ type: 'activity' })).toBe(false)
  expect(matches({ family: 'error' })).toBe(false)
  expect(matches({ level: 'info' })).toBe(false)
  expect(matches({ text: 'cold' })).toBe(false)
})

test('a page of entries at hand names where to go on only where there is more', () => {
  const maker = new LogMaker()
  for (let i = 0; i < 5; i += 1) maker.add({ machine_name: 'm', type: 'x' })
  const query = (order: 'asc' | 'desc', limit: number, cursor?: number): number | null =>
    queryEntries(maker.entries, { order, limit, cursor }).next
  expect(query('asc', 3)).toBe(3)
  expect(query('asc', 3, 3)).toBeNull()
  expect(query('asc', 5)).toBeNull()
  expect(query('desc', 3)).toBe(3)
  expect(query('desc', 2, 3)).toBeNull()
})
