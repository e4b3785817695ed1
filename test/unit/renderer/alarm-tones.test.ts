import { describe, expect, test } from 'vitest'
import { AlarmNews } from '../../../src/shared/alarm-news.ts'
import { soundingAlarms, soundOf, TONE_PATTERNS } from '../../../src/renderer/model/alarm-tones.ts'
import { ALARM_SIGNS, ALARM_STATES, PRIORITIES } from '../../../src/shared/alarm.ts'
import { alarm } from './alarm-samples.ts'

describe('what sounds', () => {
  test('is what its state lets sound, and nobody has silenced', () => {
    const each = ALARM_STATES.map((state) => alarm(state, { state }))
    expect(soundingAlarms(each).map(({ id }) => id)).toEqual(ALARM_STATES.filter((state) => ALARM_SIGNS[state].sound))
    expect(soundingAlarms([alarm('a', { silenced: true })])).toEqual([])
  })

  test('is the highest priority, and a newer raise of any begins anew', () => {
    const some = [alarm('l', { priority: 'low', raised: 9 }), alarm('h', { priority: 'high', raised: 3 })]
    expect(soundOf(some)).toEqual({ priority: 'high', raised: 9 })
    expect(soundOf([alarm('a', { state: 'acknowledged' })])).toBeNull()
    expect(soundOf([])).toBeNull()
  })
})

describe('each priority', () => {
  test('has a pattern of its own, that ends before it begins again', () => {
    const shapes = PRIORITIES.map((priority) => JSON.stringify(TONE_PATTERNS[priority].tones))
    expect(new Set(shapes).size).toBe(PRIORITIES.length)
    for (const priority of PRIORITIES) {
      const { tones, every } = TONE_PATTERNS[priority]
      expect(Math.max(...tones.map(({ at, seconds }) => at + seconds)) * 1_000).toBeLessThan(every)
    }
  })

  test('is more urgent than the next', () => {
    const pauses = PRIORITIES.map((priority) => TONE_PATTERNS[priority].every)
    expect(pauses).toEqual(pauses.toSorted((one, other) => one - other))
  })
})

describe('news', () => {
  test('is none at the first look', () => {
    expect(new AlarmNews().take([alarm('a')])).toEqual([])
  })

  test('is every new raise once, gravest and then newest first', () => {
    const news = new AlarmNews()
    news.take([alarm('a')])
    const fresh = [
      alarm('a', { raised: 5 }),
      alarm('b', { raised: 6 }),
      alarm('c', { priority: 'critical', raised: 4 }),
    ]
    expect(news.take(fresh).map(({ id }) => id)).toEqual(['c', 'b', 'a'])
    expect(news.take(fresh)).toEqual([])
  })

  test('is not what was put aside or acknowledged meanwhile', () => {
    const news = new AlarmNews()
    news.take([])
    expect(news.take([alarm('a', { state: 'shelved' }), alarm('b', { state: 'acknowledged' })])).toEqual([])
  })
})
