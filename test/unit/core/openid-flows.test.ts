import { expect, test } from 'vitest'
import { FLOW_MS, OpenIdFlows } from '../../../src/core/openid-flows.ts'
import { FakeClock } from '../../support/fake-clock.ts'

test('a flow is good once, for its own cookie, and for a while', () => {
  const clock = new FakeClock()
  const flows = new OpenIdFlows(clock)
  const { flow, cookie } = flows.begin('/events', '1', null)
  expect(flows.take(`${cookie}x`)).toBeNull()
  expect(flows.take(cookie)).toBe(flow)
  expect(flows.take(cookie)).toBeNull()
  const late = flows.begin('/', '1', null)
  clock.pass(FLOW_MS)
  expect(flows.take(late.cookie)).toBeNull()
})

test('nobody can begin so many that others lose theirs', () => {
  const flows = new OpenIdFlows(new FakeClock())
  const other = flows.begin('/', '2', null)
  const mine = Array.from({ length: 1_500 }, () => flows.begin('/', '1', null))
  expect(flows.take(other.cookie)).toBe(other.flow)
  for (let i = 0; i < 1_500; i += 1) flows.begin('/', `2001:db8::${i.toString(16)}`, null)
  expect(mine.filter(({ cookie }) => flows.take(cookie))).toHaveLength(100)
})
