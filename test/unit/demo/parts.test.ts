import { describe, expect, test } from 'vitest'
import { every } from '../../../src/demo/clock.ts'
import { LifeClock } from '../../../src/demo/life-clock.ts'
import { pythonJson } from '../../../src/demo/python-json.ts'
import { Random } from '../../../src/demo/random.ts'
import { checkSocketPath } from '../../../src/demo/unix-socket.ts'
import { FakeClock } from './fake-clock.ts'

describe('pythonJson', () => {
  test('escapes what json.dumps escapes', () => {
    const value = { text: 'Ж°€😀\u007f\n"\\/', ключ: 1 }
    const text = pythonJson(value)
    expect(text).toBe(
      '{"text":"\\u0416\\u00b0\\u20ac\\ud83d\\ude00\\u007f\\n\\"\\\\/","\\u043a\\u043b\\u044e\\u0447":1}',
    )
    expect(JSON.parse(text)).toEqual(value)
  })
})

const draw = (random: Random): number[] => Array.from({ length: 5 }, () => random.next())

describe('Random', () => {
  test('is repeatable, and a fork depends on seed and name alone', () => {
    expect(draw(new Random(3))).toEqual(draw(new Random(3)))
    expect(draw(new Random(3))).not.toEqual(draw(new Random(4)))
    const used = new Random(3)
    used.next()
    expect(draw(used.fork('a'))).toEqual(draw(new Random(3).fork('a')))
    expect(draw(used.fork('a'))).not.toEqual(draw(used.fork('b')))
  })

  test('keeps its ranges', () => {
    const random = new Random(1)
    const drawn = Array.from({ length: 1_000 }, () => random.integer(2, 4))
    expect(new Set(drawn)).toEqual(new Set([2, 3, 4]))
    expect(random.id()).toMatch(/^[0-9a-f]{8}$/)
  })
})

describe('LifeClock', () => {
  test('holds what comes due while frozen, and forgets what is cancelled meanwhile', () => {
    const clock = new FakeClock()
    const life = new LifeClock(clock)
    const ran: string[] = []
    let cancelB: (() => void) | undefined
    life.after(10, () => {
      ran.push('a')
      cancelB?.()
    })
    cancelB = life.after(20, () => ran.push('b'))
    life.after(30, () => ran.push('c'))
    life.freeze()
    clock.pass(100)
    expect(ran).toEqual([])
    life.thaw()
    expect(ran).toEqual(['a', 'c'])
  })

  test('ends with all its timers', () => {
    const clock = new FakeClock()
    const life = new LifeClock(clock)
    every(
      life,
      () => 10,
      () => {
        throw new Error('still alive')
      },
    )
    life.end()
    life.after(1, () => {
      throw new Error('born after death')
    })
    clock.pass(100)
    expect(clock.waiting).toBe(0)
  })
})

test('a socket path that the kernel would cut is refused', () => {
  expect(checkSocketPath(`/${'x'.repeat(106)}`)).toHaveLength(107)
  expect(() => checkSocketPath(`/${'ж'.repeat(54)}`)).toThrow('109 bytes')
})
