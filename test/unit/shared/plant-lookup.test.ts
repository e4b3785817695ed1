import { describe, expect, test } from 'vitest'
import type { Interlock, Plant } from '../../../src/shared/plant.ts'
import { PlantLookup } from '../../../src/shared/plant-lookup.ts'

const STRANGE = ['constructor', '__proto__', 'toString', 'hasOwnProperty']

const PLANT: Plant = {
  machines: {
    press: {
      label: 'Press',
      devices: { pump: { tags: { power: { type: 'number', writable: true, field: 'watts' } } } },
    },
    press_007: { label: 'The seventh' },
    cell: { devices: { m: { type: 'motor', tags: { speed: { type: 'integer', max: 100 } } }, v: { type: 'valve' } } },
  },
  groups: { pumps: [{ machine: 'press_001', device: 'pump' }] },
}

describe('[N1] what is described is found', () => {
  const lookup = new PlantLookup(PLANT)

  test.each([
    ['press', 'Press'],
    ['press_001', 'Press'],
    ['press_007', 'The seventh'],
    ['press_', undefined],
    ['press_x', undefined],
    ['other', undefined],
  ])('of %s: %s', (machine, label) => expect(lookup.machine(machine)?.label).toBe(label))

  test('of devices and groups, and of nothing else', () => {
    expect(lookup.device('press_001', 'pump')).not.toBeNull()
    expect(lookup.device('press_007', 'pump')).toBeNull()
    expect(lookup.group('pumps')).toHaveLength(1)
    expect(lookup.group('valves')).toBeNull()
  })

  test.each(STRANGE)('and “%s” finds nothing that nobody described', (name) => {
    expect(lookup.machine(name)).toBeNull()
    expect(lookup.device('press', name)).toBeNull()
    expect(lookup.device(name, name)).toBeNull()
    expect(lookup.tag('press', 'pump', name)).toBeNull()
    expect(lookup.tag('press', 'x', name, 'motor')).toBeNull()
    expect(lookup.tag('press', 'x', name, name)).toBeNull()
    expect(lookup.tagWrittenAs('press', 'pump', name)).toBeNull()
    expect(lookup.group(name)).toBeNull()
    expect(lookup.interlocksFor(name, name, name)).toEqual([])
  })

  test('and nothing where nothing is described', () => {
    const empty = new PlantLookup()
    expect(empty.current).toEqual({})
    expect(empty.machine('press')).toBeNull()
    expect(empty.tags('press', 'pump')).toEqual(new Map())
  })
})

describe('[V1] a tag', () => {
  const lookup = new PlantLookup(PLANT)

  test('is known of common devices by their type, described or reported', () => {
    expect(lookup.tag('cell', 'v', 'value')).toEqual({ type: 'boolean', writable: true, field: 'state' })
    expect(lookup.tag('any', 'any', 'angle', 'servo')).toMatchObject({ max: 180, writable: true })
    expect(lookup.tag('any', 'any', 'temperature', 'temperature_sensor')).toEqual({ type: 'number', writable: false })
    expect(lookup.tag('any', 'any', 'angle', 'motor')).toBeNull()
  })

  test('keeps what is known under what is described', () => {
    expect(lookup.tag('cell', 'm', 'speed')).toEqual({ type: 'integer', min: 0, max: 100, writable: true })
  })

  test('is found by the key that a command names it by', () => {
    expect(lookup.tagWrittenAs('cell', 'v', 'state')).toMatchObject({ name: 'value' })
    expect(lookup.tagWrittenAs('cell', 'v', 'value')).toBeNull()
    expect(lookup.tagWrittenAs('press', 'pump', 'watts')).toMatchObject({ name: 'power' })
  })
})

describe('[O6] the interlocks that can refuse', () => {
  const interlock = (name: string, more: Partial<Interlock> = {}): Interlock => ({
    name,
    machine: 'press',
    when: [{ machine: 'press', state: ['x'] }],
    reason: 'No.',
    ...more,
  })
  const lookup = new PlantLookup({
    machines: { press_007: {} },
    interlocks: [
      interlock('all'),
      interlock('device', { device: 'pump' }),
      interlock('types', { commands: ['go', 'run'] }),
      interlock('own', { machine: 'press_007', when: [{ machine: 'press', state: ['y'] }] }),
      interlock('other', { machine: 'oven' }),
    ],
  })
  const names = (...asked: Parameters<PlantLookup['interlocksFor']>): string[] =>
    lookup.interlocksFor(...asked).map(({ name }) => name)

  test.each([
    ['press', null, 'stop', ['all']],
    ['press', null, 'go', ['all', 'types']],
    ['press', 'pump', 'device_control', ['all', 'device']],
    ['press_001', 'pump', 'go', ['all', 'device', 'types']],
    ['press_007', null, 'stop', ['own', 'all']],
    ['oven', null, 'go', ['other']],
    ['lamp', null, 'go', []],
  ])('%s, device %s, %s: %j', (machine, device, type, expected) =>
    expect(names(machine, device, type)).toEqual(expected),
  )

  test('of a template look at the instance; one of its own looks at what it names', () => {
    const [own, all] = lookup.interlocksFor('press_007', null, 'stop')
    expect(own?.when[0]?.machine).toBe('press')
    expect(all).toMatchObject({ machine: 'press_007', when: [{ machine: 'press_007' }] })
    expect(lookup.interlocksFor('press', null, 'stop')[0]?.when[0]?.machine).toBe('press')
  })
})
