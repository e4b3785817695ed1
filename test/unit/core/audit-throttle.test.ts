import { expect, test } from 'vitest'
import type { Deed, Doer } from '../../../src/core/audit.ts'
import { AuditThrottle } from '../../../src/core/audit-throttle.ts'
import { FakeClock } from '../../support/fake-clock.ts'

function stage() {
  const clock = new FakeClock()
  const rows: string[] = []
  const record = (doer: Doer, { result = 'done' }: Deed): void => {
    rows.push(`${'who' in doer ? doer.who : '?'} ${doer.from}: ${result}`)
  }
  const throttle = new AuditThrottle({ record }, clock)
  const refused = (from: string, result = 'refused', who = 'unknown name'): void =>
    throttle.record({ who, from }, { action: 'sign_in', target: 'panel', result })
  return { clock, rows, throttle, refused }
}

test('of what a stranger is refused over and over there is one row a minute, which says how many more', () => {
  const { clock, rows, refused } = stage()
  for (let i = 0; i < 124; i += 1) refused(`2001:db8::${i}`)
  expect(rows).toEqual(['unknown name 2001:db8::0: refused'])
  clock.pass(60_000)
  expect(rows.slice(1)).toEqual(['unknown name 2001:db8::0: refused, 123 more in the minute before'])
  refused('2001:db8::1')
  clock.pass(60_000)
  expect(rows.slice(2)).toEqual(['unknown name 2001:db8::0: refused, 1 more in the minute before'])
  clock.pass(600_000)
  expect(rows).toHaveLength(3)
  refused('2001:db8::9')
  expect(rows.slice(3)).toEqual(['unknown name 2001:db8::9: refused'])
})

test('another name, result or address is another row; what was not written yet is at the end', () => {
  const { rows, throttle, refused } = stage()
  refused('10.0.0.1')
  refused('10.0.0.2')
  refused('10.0.0.1', 'locked')
  refused('10.0.0.1', 'locked', 'anna')
  refused('10.0.0.1', 'locked', 'anna')
  expect(rows).toHaveLength(4)
  throttle.close()
  throttle.close()
  expect(rows.slice(4)).toEqual(['anna 10.0.0.1: locked, 1 more in the minute before'])
})

test('no number of addresses makes more than a thousand rows a minute', () => {
  const { clock, rows, refused } = stage()
  for (let i = 0; i < 5_000; i += 1) refused(`10.0.${Math.floor(i / 250)}.${i % 250}`)
  expect(rows).toHaveLength(1_001)
  expect(rows.at(-1)).toBe('several further addresses: refused')
  clock.pass(60_000)
  expect(rows.slice(1_001)).toEqual(['several further addresses: refused, 3999 more in the minute before'])
})
