import { describe, expect, test } from 'vitest'
import { DescribedPlant } from '../../../src/core/plant.ts'
import type { Plant } from '../../../src/shared/plant.ts'

const described = (plant: Plant = {}, controlPrefix?: string): DescribedPlant =>
  new DescribedPlant({ staleAfterMs: 60_000, ...(controlPrefix !== undefined && { controlPrefix }) }, plant)

describe('the current description', () => {
  test('is replaced as a whole, and whoever listens hears of it', () => {
    const plant = described({ machines: { a: { label: 'A' } } })
    const heard: Plant[] = []
    const stop = plant.listen((now) => heard.push(now))
    const next: Plant = { machines: { b: { label: 'B' } } }
    plant.replace(next)
    expect(plant.current).toBe(next)
    expect(plant.machine('a')).toBeNull()
    expect(plant.machine('b')).toEqual({ label: 'B' })
    stop()
    stop()
    plant.replace({})
    expect(heard).toEqual([next])
  })

  test('is in force when listeners hear of it', () => {
    const plant = described()
    plant.listen(() => expect(plant.machine('b')).toEqual({ pace: 1 }))
    plant.replace({ machines: { b: { pace: 1 } } })
    expect.assertions(1)
  })

  test('the same function may listen twice', () => {
    const plant = described()
    let heard = 0
    const listener = (): void => void (heard += 1)
    const stop = plant.listen(listener)
    plant.listen(listener)
    stop()
    plant.replace({})
    expect(heard).toBe(1)
  })
})

describe('machines', () => {
  const plant = described({
    machines: {
      press: { label: 'Press', stale_after: 5, devices: { motor: { label: 'M' } } },
      press_002: { label: 'Second' },
    },
  })

  test('a template describes its instances, but not those that are described themselves', () => {
    expect(plant.machine('press')?.label).toBe('Press')
    expect(plant.machine('press_001')?.label).toBe('Press')
    expect(plant.machine('press_002')).toEqual({ label: 'Second' })
    expect(plant.machine('press_002_1')).toEqual({ label: 'Second' })
    expect(plant.machine('press_x')).toBeNull()
    expect(plant.device('press_001', 'motor')).toEqual({ label: 'M' })
    expect(plant.device('press_002', 'motor')).toBeNull()
  })

  test('names from outside find nothing that nobody described', () => {
    for (const name of ['constructor', '__proto__', 'toString', '']) {
      expect(plant.machine(name)).toBeNull()
      expect(plant.device('press', name)).toBeNull()
      expect(plant.tag('press', 'motor', name, 'motor')).toBeNull()
      expect(plant.tag('press', 'motor', 'speed', name)).toBeNull()
      expect(plant.group(name)).toBeNull()
      expect(plant.interlocksFor(name, name, name)).toEqual([])
    }
  })

  test('are stale after their own time, their template’s, or the panel’s', () => {
    expect(plant.staleAfterMs('press_001')).toBe(5_000)
    expect(plant.staleAfterMs('press_002')).toBe(60_000)
    expect(plant.staleAfterMs('unheard')).toBe(60_000)
  })
})

describe('the control socket', () => {
  test('is where engines bind it, unless described', () => {
    const plant = described({
      machines: {
        own: { control: '/run/own.sock' },
        many: { control: '/run/{machine}/{machine}.sock' },
        none: { control: false },
      },
    })
    expect(plant.control('lamp')).toBe('/tmp/statemachine-control-lamp.sock')
    expect(plant.control('own')).toBe('/run/own.sock')
    expect(plant.control('many_7')).toBe('/run/many_7/many_7.sock')
    expect(plant.control('none')).toBeNull()
    expect(described({}, '/run/x-').control('lamp')).toBe('/run/x-lamp.sock')
  })

  test('a name from outside leads nowhere else', () => {
    const plant = described({ machines: { fixed: { control: '/run/fixed.sock' } } })
    for (const name of ['../x', 'a/b', '/etc/x', 'a\0b', 'x'.repeat(120)]) expect(plant.control(name)).toBeNull()
    expect(plant.control('$&')).toBe('/tmp/statemachine-control-$&.sock')
  })
})

describe('tags', () => {
  const plant = described({
    machines: {
      cell: {
        devices: {
          m: {
            type: 'motor',
            tags: { speed: { type: 'integer', max: 100, unit: 'rpm' }, current: { type: 'number' } },
          },
          n: { type: 'motor', tags: { speed: { type: 'number', unit: 'm/s' } } },
          locked: { type: 'motor', tags: { speed: { type: 'integer', writable: false } } },
          untyped: { label: 'U' },
        },
      },
    },
  })

  test.each([
    ['motor', 'speed', { type: 'integer', min: 0, max: 255, writable: true }],
    ['servo', 'angle', { type: 'integer', min: 0, max: 180, unit: '°', writable: true }],
    ['valve', 'value', { type: 'boolean', writable: true, field: 'state' }],
    ['temperature_sensor', 'temperature', { type: 'number', writable: false }],
    ['temperature_sensor', 'humidity', { type: 'number', writable: false }],
    ['motor', 'angle', null],
    ['robot', 'speed', null],
    [null, 'speed', null],
  ])('of a device that reports to be a %s: %s', (type, tag, known) => {
    expect(plant.tag('anywhere', 'd', tag, type)).toEqual(known)
    expect(plant.tag('cell', 'untyped', tag, type)).toEqual(known)
  })

  test('what is described comes on top of what is known of the type', () => {
    expect(plant.tag('cell', 'm', 'speed')).toEqual({ type: 'integer', min: 0, max: 100, unit: 'rpm', writable: true })
    expect(plant.tag('cell', 'm', 'current')).toEqual({ type: 'number' })
    expect(plant.tag('cell', 'locked', 'speed')).toMatchObject({ writable: false })
  })

  test('unless it is another kind of value', () => {
    expect(plant.tag('cell', 'n', 'speed')).toEqual({ type: 'number', unit: 'm/s' })
  })

  test('the described type goes before the reported one', () => {
    expect(plant.tag('cell', 'm', 'angle', 'servo')).toBeNull()
  })

  test('are listed, known ones first', () => {
    expect([...plant.tags('cell', 'm').keys()]).toEqual(['speed', 'current'])
    expect([...plant.tags('x', 'v', 'valve').keys()]).toEqual(['value'])
    expect(plant.tags('x', 'y').size).toBe(0)
  })

  test('are found by the key that commands name them by', () => {
    expect(plant.tagWrittenAs('x', 'v', 'state', 'valve')).toMatchObject({ name: 'value', tag: { type: 'boolean' } })
    expect(plant.tagWrittenAs('x', 'v', 'value', 'valve')).toBeNull()
    expect(plant.tagWrittenAs('cell', 'm', 'speed')).toMatchObject({ name: 'speed' })
  })
})

describe('interlocks', () => {
  const when = [{ machine: 'press', state: ['busy'] }]
  const plant = described({
    machines: { press_002: {} },
    interlocks: [
      { name: 'template', machine: 'press', when: [...when, { machine: 'oven', state: ['hot'] }], reason: 't' },
      { name: 'all', machine: 'cell', when, reason: 'a' },
      { name: 'device', machine: 'cell', device: 'm', when, reason: 'd' },
      { name: 'type', machine: 'cell', commands: ['go', 'run'], when, reason: 'c' },
      { name: 'both', machine: 'cell', device: 'm', commands: ['go'], when, reason: 'b' },
    ],
  })
  const names = (...of: Parameters<DescribedPlant['interlocksFor']>): string[] =>
    plant.interlocksFor(...of).map(({ name }) => name)

  test('are those of the machine, of its device, of the type of the command', () => {
    expect(names('cell', null, 'halt')).toEqual(['all'])
    expect(names('cell', null, 'go')).toEqual(['all', 'type'])
    expect(names('cell', 'm', 'go')).toEqual(['all', 'device', 'type', 'both'])
    expect(names('cell', 'm', 'halt')).toEqual(['all', 'device'])
    expect(names('cell', 'n', 'run')).toEqual(['all', 'type'])
    expect(names('other', 'm', 'go')).toEqual([])
  })

  test('of a template hold for each instance, also for one that is described itself, and look at that instance', () => {
    for (const machine of ['press_001', 'press_002']) {
      expect(plant.interlocksFor(machine, null, 'go')).toEqual([
        {
          name: 'template',
          machine,
          when: [
            { machine, state: ['busy'] },
            { machine: 'oven', state: ['hot'] },
          ],
          reason: 't',
        },
      ])
    }
    expect(names('press', null, 'go')).toEqual(['template'])
  })
})

test('groups are lists of devices', () => {
  const members = [{ machine: 'a', device: 'b' }]
  expect(described({ groups: { all: members } }).group('all')).toEqual(members)
})
