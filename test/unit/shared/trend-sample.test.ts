import { expect, test } from 'vitest'
import type { AndonEvent } from '../../../src/shared/event.ts'
import { viewEvent } from '../../../src/shared/event.ts'
import { sampleTime, trendNews } from '../../../src/shared/trend-sample.ts'

const view = (type: string, payload: Record<string, unknown>, origin: AndonEvent['origin'] = 'machine') =>
  viewEvent({ offset: 1, time: 5_000, origin, body: { machine_name: 'm', type, payload } })

test('every number and switch of a device is a sample, and a word ends what was there', () => {
  const event = view('device_update', { device_id: 'd', new_state: { speed: 5, on: true, mode: 'auto' } })
  expect(trendNews(event, () => null)?.samples).toEqual([
    { machine: 'm', device: 'd', tag: 'speed', value: 5, boolean: false, quality: 'good' },
    { machine: 'm', device: 'd', tag: 'on', value: 1, boolean: true, quality: 'good' },
    { machine: 'm', device: 'd', tag: 'mode', value: null, boolean: false, quality: 'bad' },
  ])
})

test('a device that is offline, a machine that is gone or not heard has no values any longer', () => {
  const offline = view('device_update', { device_id: 'd', status: 'offline', new_state: { speed: 5 } })
  expect(trendNews(offline, () => null)?.ended).toEqual({ machine: 'm', device: 'd' })
  expect(trendNews(view('machine_terminated', {}), () => null)?.ended).toEqual({ machine: 'm', device: null })
  expect(trendNews(view('machine_stale', {}, 'panel'), () => null)?.ended).toEqual({ machine: 'm', device: null })
  // A machine cannot say of itself that it is not heard.
  expect(trendNews(view('machine_stale', {}), () => null)).toBeNull()
})

test('what says nothing of values is no news', () => {
  expect(trendNews(view('state_change', { to_state: 'x' }), () => null)).toBeNull()
  expect(trendNews(view('tag_update', { tag: { a: 1 }, value: 1 }), () => null)).toBeNull()
})

test('a minus nought is nought', () => {
  const [sample] = trendNews(view('tag_update', { tag: 't', value: -0 }), () => null)?.samples ?? []
  expect(Object.is(sample?.value, 0)).toBe(true)
})

test('a machine’s time counts where it is plausible, and time never goes back', () => {
  expect(sampleTime(100_000, 90_000, 0)).toBe(90_000)
  expect(sampleTime(100_000, 100_900, 0)).toBe(100_900)
  expect(sampleTime(100_000, 10_000, 0)).toBe(100_000)
  expect(sampleTime(100_000, 900_000, 0)).toBe(100_000)
  expect(sampleTime(100_000, null, 100_500)).toBe(100_500)
})
