import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import {
  ChannelSchema,
  coversDevice,
  coversMachine,
  deviceOfChannel,
  type Filtered,
  filterOf,
  isChannel,
  matches,
} from '../../../src/shared/channel.ts'
import { MAX_NAME_LENGTH } from '../../../src/shared/datagram.ts'
import { type Origin, viewEvent } from '../../../src/shared/event.ts'
import { eventDevice } from '../../../src/shared/event-device.ts'
import { FAMILIES } from '../../../src/shared/family.ts'

/** An event as a filter looks at it. */
const event = (machine: string, rest: Partial<Filtered> = {}): Filtered => ({
  machine,
  family: 'other',
  device: null,
  allDevices: false,
  log: null,
  text: '',
  ...rest,
})

test('[C1] [C2] [C5] the channels are all, every machine, every device and every family', () => {
  const devices = ['device:m/d', 'device:m/a/b', 'device:m/ ', 'device://d', 'device:m//', 'device:м/д\n']
  const machines = ['machine:m', 'machine:a:b', 'machine: ', 'machine:m/d']
  for (const channel of ['all', ...machines, ...devices, ...FAMILIES.map((name) => `family:${name}`)]) {
    expect([channel, isChannel(channel)]).toEqual([channel, true])
  }
  const nameless = ['device:', 'device', 'device:/', 'device:d', 'device:m/', 'device:/d', 'Device:m/d']
  const others = ['', 'ALL', 'machine:', 'machine', 'family:', 'family:nonsense', 'family:Job', 'event:x']
  for (const channel of [...nameless, ...others]) {
    expect([channel, isChannel(channel)]).toEqual([channel, false])
  }
})

test('equal filters have equal keys, whatever the order and however often a channel is named', () => {
  const key = filterOf(['machine:a', 'family:job', 'machine:b']).key
  expect(filterOf(['machine:b', 'machine:a', 'family:job', 'machine:a']).key).toBe(key)
  expect(filterOf(['machine:a', 'machine:b']).key).not.toBe(key)
  const both = filterOf(['device:a/d', 'device:b/d', 'device:a/d']).key
  expect(filterOf(['device:b/d', 'device:a/d']).key).toBe(both)
  expect(filterOf(['all', 'machine:a']).key).toBe(filterOf(['all']).key)
})

test('filters that differ have different keys, even where names hold the key’s own punctuation', () => {
  const keys = [
    ['machine:a', 'machine:b'],
    ['machine:a","b'],
    ['machine:a'],
    ['family:job'],
    ['machine:job'],
    ['machine:all'],
    ['device:a/b'],
    ['machine:a/b'],
    ['device:a/b', 'device:a/c'],
    ['device:a/b","a/c'],
    ['device:a/b', 'machine:a'],
    [],
    ['all'],
  ].map((channels) => filterOf(channels).key)
  expect(new Set(keys).size).toBe(keys.length)
})

test('an event passes where any of the channels lets it through', () => {
  const job = event('a', { family: 'job' })
  expect(matches(filterOf(['all']), job)).toBe(true)
  expect(matches(filterOf(['machine:a']), job)).toBe(true)
  expect(matches(filterOf(['machine:b', 'family:job']), job)).toBe(true)
  expect(matches(filterOf(['machine:b', 'family:log']), job)).toBe(false)
  expect(matches(filterOf(['device:a/d']), job)).toBe(false)
  expect(matches(filterOf([]), job)).toBe(false)
})

test('[C2] only those who see all of a machine’s events see its state', () => {
  expect(coversMachine(filterOf(['all']), 'a')).toBe(true)
  expect(coversMachine(filterOf(['machine:a']), 'a')).toBe(true)
  expect(coversMachine(filterOf(['machine:b']), 'a')).toBe(false)
  expect(coversMachine(filterOf(['device:a/d', 'device:a/e']), 'a')).toBe(false)
  expect(coversMachine(filterOf(FAMILIES.map((name) => `family:${name}`)), 'a')).toBe(false)
})

test('a name from an object’s prototype is a name like any other', () => {
  const filter = filterOf(['machine:__proto__'])
  expect(matches(filter, event('__proto__'))).toBe(true)
  expect(matches(filter, event('toString'))).toBe(false)
})

const passes = (channel: string, machine: string, rest: Partial<Filtered>): boolean =>
  matches(filterOf([channel]), event(machine, rest))

const view = (origin: Origin, type: string, payload: object, machine = 'a') =>
  viewEvent({ offset: 1, time: 1, origin, body: { machine_name: machine, type, payload } })

describe('[C5] a device’s channel', () => {
  test('lets through what concerns the device or all devices of its machine, and nothing else of the machine', () => {
    expect(passes('device:a/d', 'a', { device: 'd', family: 'device' })).toBe(true)
    expect(passes('device:a/d', 'a', { device: 'd', family: 'command' })).toBe(true)
    expect(passes('device:a/d', 'a', { allDevices: true, family: 'machine' })).toBe(true)
    expect(passes('device:a/d', 'a', { family: 'machine' })).toBe(false)
    expect(passes('device:a/d', 'a', { device: 'e' })).toBe(false)
    expect(passes('device:a/d', 'b', { device: 'd' })).toBe(false)
    expect(passes('device:a/d', 'b', { allDevices: true })).toBe(false)
    expect(passes('device:aa/d', 'a', { allDevices: true })).toBe(false)
    expect(passes('device:a/dd', 'a', { device: 'd' })).toBe(false)
  })

  test('names every device that its text can mean where names hold slashes', () => {
    for (const [machine, device] of [
      ['a', 'b/c'],
      ['a/b', 'c'],
    ] as const) {
      expect(passes('device:a/b/c', machine, { device })).toBe(true)
      expect(passes('device:a/b/c', machine, { allDevices: true })).toBe(true)
    }
    expect(passes('device:a/b/c', 'a', { device: 'b' })).toBe(false)
    expect(passes('device:a/b/c', 'a', { device: 'c' })).toBe(false)
    expect(passes('device:a/b', 'a/b', { allDevices: true })).toBe(false)
  })

  test('takes a name from an object’s prototype for a name like any other', () => {
    expect(passes('device:__proto__/constructor', '__proto__', { device: 'constructor' })).toBe(true)
    expect(passes('device:__proto__/constructor', 'a', { device: 'toString' })).toBe(false)
    expect(matches(filterOf(['device:a/d']), event('a', { device: '__proto__' }))).toBe(false)
    expect(coversMachine(filterOf(['device:__proto__/d']), '__proto__')).toBe(false)
  })

  test('may be as long as names can be', () => {
    const name = 'ж'.repeat(MAX_NAME_LENGTH)
    expect(Value.Check(ChannelSchema, `device:${name}/${name}`)).toBe(true)
    expect(Value.Check(ChannelSchema, `machine:${name}`)).toBe(true)
    expect(Value.Check(ChannelSchema, `device:${name}/${name.repeat(24)}`)).toBe(false)
  })

  test('tells which device it names', () => {
    expect(deviceOfChannel('device:a/b/c')).toBe('a/b/c')
    for (const channel of ['all', 'machine:device:a/b', 'family:device']) expect(deviceOfChannel(channel)).toBeNull()
  })

  test('covers an event exactly where it lets it through for a device’s sake', () => {
    const filter = filterOf(['device:a/d', 'family:device', 'family:machine'])
    const covered = [
      view('machine', 'device_update', { device_id: 'd' }),
      view('operator', 'command_requested', { id: 'c', device: 'd' }),
      view('panel', 'machine_stale', {}),
    ]
    const others = [
      view('machine', 'device_update', { device_id: 'e' }),
      view('machine', 'device_update', { device_id: 'd' }, 'b'),
      view('machine', 'command_requested', { id: 'c', device: 'd' }),
      view('machine', 'state_change', { to_state: 'on' }),
    ]
    expect(covered.map((each) => coversDevice(filter, each))).toEqual([true, true, true])
    expect(others.map((each) => coversDevice(filter, each))).toEqual([false, false, false, false])
    for (const each of [...covered, ...others]) {
      const alone = filterOf(['device:a/d'])
      expect(matches(alone, { ...each, ...eventDevice(each), log: null, text: '' })).toBe(coversDevice(alone, each))
    }
    expect(covered.some((each) => coversDevice(filterOf(['all', 'machine:a']), each))).toBe(false)
  })
})
