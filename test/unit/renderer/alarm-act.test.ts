import { describe, expect, test } from 'vitest'
import { isOffered, seen, shelvePresets } from '../../../src/renderer/model/alarm-act.ts'
import { ALARM_STATES, type AlarmState } from '../../../src/shared/alarm.ts'
import { alarm } from './alarm-samples.ts'

const STANDING = ALARM_STATES.filter((state) => state !== 'normal')
const offeredIn = (action: Parameters<typeof isOffered>[1]): AlarmState[] =>
  STANDING.filter((state) => isOffered(alarm('a', { state }), action))

test('an alarm as it was seen is one raise of it', () => {
  expect(seen(alarm('a', { raised: 7 }))).toEqual({ alarm: 'a', raised: 7 })
})

describe('an action is offered', () => {
  test('where its state has a step for it', () => {
    expect(offeredIn('acknowledge')).toEqual(['unacknowledged', 'returned', 'latched_unacknowledged'])
    expect(offeredIn('reset')).toEqual(['latched_acknowledged'])
    expect(offeredIn('unshelve')).toEqual(['shelved'])
    expect(offeredIn('return_to_service')).toEqual(['out_of_service'])
    expect(offeredIn('comment')).toEqual(STANDING)
  })

  test('to put aside what is not aside in that way, or in one that goes before it', () => {
    expect(offeredIn('shelve')).not.toContain('shelved')
    expect(offeredIn('shelve')).not.toContain('out_of_service')
    expect(offeredIn('shelve')).toContain('suppressed')
    expect(offeredIn('remove_from_service')).toEqual(STANDING.filter((state) => state !== 'out_of_service'))
  })

  test('to silence what may sound and was not silenced', () => {
    expect(offeredIn('silence')).toEqual(STANDING.slice(0, 5))
    expect(isOffered(alarm('a', { silenced: true }), 'silence')).toBe(false)
  })
})

describe('shelving', () => {
  test('is offered for the usual times, up to eight hours where nothing is described', () => {
    expect(shelvePresets()).toEqual([900, 3_600, 14_400, 28_800])
  })

  test('ends with the longest that the plant allows', () => {
    expect(shelvePresets(5_400)).toEqual([900, 3_600, 5_400])
    expect(shelvePresets(3_600)).toEqual([900, 3_600])
    expect(shelvePresets(86_400)).toEqual([900, 3_600, 14_400, 28_800, 86_400])
  })

  test('always ends, and after a second at the earliest', () => {
    expect(shelvePresets(0.5)).toEqual([1])
  })
})
