import { describe, expect, test } from 'vitest'
import { parseOptions, UsageError } from '../../../src/demo/options.ts'

describe('the command line', () => {
  test('has the defaults that the tools of real machines hard-code', () => {
    expect(parseOptions([])).toEqual({
      eventsSocket: '/tmp/statemachine-events.sock',
      controlPrefix: '/tmp/statemachine-control-',
      udp: undefined,
      seed: 1,
      speed: 1,
      cells: 1,
      misbehave: [],
    })
  })

  test('takes all options', () => {
    const argv =
      '--events-socket /run/e --control-prefix /run/c- --udp 127.0.0.1:4000 --seed 7 --speed 2.5 --cells 3'.split(' ')
    expect(parseOptions([...argv, '--misbehave=burst, stall,refuse,ignore,late,vanish'])).toEqual({
      eventsSocket: '/run/e',
      controlPrefix: '/run/c-',
      udp: { host: '127.0.0.1', port: 4000 },
      seed: 7,
      speed: 2.5,
      cells: 3,
      misbehave: ['burst', 'stall', 'refuse', 'ignore', 'late', 'vanish'],
    })
    expect(parseOptions(['--udp', '[::1]:4000'])).toMatchObject({ udp: { host: '::1', port: 4000 } })
    expect(parseOptions(['--help'])).toBe('help')
  })

  test.each([
    [['--nope'], /--nope/],
    [['extra'], /extra/],
    [['--seed'], /--seed/],
    [['--seed', 'x'], /--seed wants a number/],
    [['--speed', '0'], /--speed wants a number/],
    [['--speed', ''], /--speed wants a number/],
    [['--udp', '4000'], /HOST:PORT/],
    [['--udp', 'host:0'], /HOST:PORT/],
    [['--udp', 'host:70000'], /HOST:PORT/],
    [['--cells', '0'], /--cells wants a number from 1 to 20/],
    [['--cells', '1.5'], /--cells/],
    [['--misbehave', 'burst,nonsense'], /nonsense/],
    [['--misbehave', ''], /--misbehave knows burst/],
  ])('refuses %j', (argv, message) => {
    expect(() => parseOptions(argv)).toThrow(UsageError)
    expect(() => parseOptions(argv)).toThrow(message)
  })
})
