import { describe, expect, test } from 'vitest'
import { barPlace, barScale, limitBeyond } from '../../../src/renderer/model/bar-scale.ts'
import { commandOffers } from '../../../src/renderer/model/command-offers.ts'
import { deviceSections, referenceOf } from '../../../src/renderer/model/device-sections.ts'
import { groupTags } from '../../../src/renderer/model/group-tags.ts'
import { holdingOf, secondsUntil } from '../../../src/renderer/model/holding.ts'
import { commandBytes, parsePayload } from '../../../src/renderer/model/json-payload.ts'
import { decimalSeparator, entryText, parseNumber, stepOf, stepped } from '../../../src/renderer/model/number-entry.ts'
import { machineLabel, readOuts } from '../../../src/renderer/model/read-outs.ts'
import { formatExactly, formatNumber } from '../../../src/renderer/model/value-format.ts'
import type { Control } from '../../../src/shared/command.ts'
import { type Device, deviceKey } from '../../../src/shared/device.ts'
import type { Plant, TagDescription } from '../../../src/shared/plant.ts'
import { PlantLookup } from '../../../src/shared/plant-lookup.ts'
import { event, folded } from './support.ts'

const tag = (name: string, value: number | boolean | null = 0) => ({
  name,
  value,
  quality: 'good' as const,
  time: 1,
  sourceTime: null,
  requested: null,
})
const device = (machine: string, id: string, type: string | null, ...tags: Device['tags']): Device => ({
  machine,
  id,
  type,
  status: null,
  tags,
  lastEventAt: 1,
  lastEventOffset: 1,
})

describe('read-outs', () => {
  test('what is described or known comes first, then what else was sent', () => {
    const plant = new PlantLookup({
      machines: { cell: { devices: { m: { tags: { torque: { type: 'number', label: 'Torque' } } } } } },
    })
    const shown = readOuts(plant, 'cell', 'm', device('cell', 'm', 'motor', tag('heat', 40), tag('speed', 7)))
    expect(shown.map(({ name, label, tag: heard }) => [name, label, heard?.value])).toEqual([
      ['speed', 'speed', 7],
      ['torque', 'Torque', undefined],
      ['heat', 'heat', 40],
    ])
    expect(shown[0]?.description).toMatchObject({ min: 0, max: 255, writable: true })
    expect(shown[2]?.description).toBeNull()
    expect(readOuts(plant, 'nowhere', 'x', undefined)).toEqual([])
  })

  test('the label of a template names no single machine', () => {
    const plant = new PlantLookup({ machines: { press: { label: 'Press' }, lamp: { label: 'Lamp' } } })
    expect(['press_001', 'lamp', 'constructor'].map((name) => machineLabel(plant, name))).toEqual([
      'press_001',
      'Lamp',
      'constructor',
    ])
  })
})

describe('sections', () => {
  const plant = new PlantLookup({
    machines: {
      cell_1: { label: 'Left cell', devices: { m_1: { label: 'Conveyor' } } },
      silent: { devices: { x: {} } },
    },
  })
  const keys = [deviceKey('cell_2', 'm_10'), deviceKey('cell_2', 'm_2'), deviceKey('cell_1', 'v')]
  const ids = (text: string) =>
    deviceSections(keys, ['cell_1', 'cell_2'], plant, text, 'en').map(({ machine, devices }) => [
      machine,
      devices.map(({ id }) => id),
    ])

  test('by machine and id with numbers as numbers, with what is described of machines that were heard', () => {
    expect(ids('')).toEqual([
      ['cell_1', ['m_1', 'v']],
      ['cell_2', ['m_2', 'm_10']],
    ])
  })

  test('text looks in ids, labels and machines', () => {
    expect(ids(' CONV')).toEqual([['cell_1', ['m_1']]])
    expect(ids('left')).toEqual([['cell_1', ['m_1', 'v']]])
    expect(ids('nothing')).toEqual([])
  })

  test('a key is taken apart at its first line break', () => {
    expect(referenceOf(deviceKey('cell', 'a\nb'))).toEqual({ machine: 'cell', id: 'a\nb' })
  })
})

describe('the bar', () => {
  const description: TagDescription = {
    type: 'number',
    min: 0,
    max: 100,
    limits: { low_low: 5, low: 10, high: 80, high_high: 90 },
  }

  test('has its bands and limits in order, and covers the whole range once', () => {
    const scale = barScale(description)
    expect(scale?.zones.map(({ kind, start, end }) => [kind, start, end])).toEqual([
      ['alarm', 0, 0.05],
      ['warning', 0.05, 0.1],
      ['normal', 0.1, 0.8],
      ['warning', 0.8, 0.9],
      ['alarm', 0.9, 1],
    ])
    expect(scale?.limits.map(({ name }) => name)).toEqual(['low_low', 'low', 'high', 'high_high'])
  })

  test('is not drawn without a range, and keeps a value beyond it at its end', () => {
    expect(barScale(null)).toBeNull()
    expect(barScale({ type: 'number', min: 3, max: 3 })).toBeNull()
    const scale = barScale({ type: 'integer', min: 0, max: 10 })
    if (!scale) throw new Error('no scale')
    expect([barPlace(scale, -5), barPlace(scale, 5), barPlace(scale, 50)]).toEqual([
      { at: 0, beyond: true },
      { at: 0.5, beyond: false },
      { at: 1, beyond: true },
    ])
  })

  test('names the gravest limit that a value has passed', () => {
    const passed = [4, 7, 50, 85, 95].map((value) => limitBeyond(description.limits, value))
    expect(passed).toEqual(['low_low', 'low', null, 'high', 'high_high'])
    expect(limitBeyond(undefined, 1)).toBeNull()
  })
})

describe('numbers', () => {
  test.each([
    ['150', 150],
    [' -1,5 ', -1.5],
    ['\u22120.25', -0.25],
    ['.5', 0.5],
    ['1.000', 1],
    ['1.000,5', null],
    ['1e3', null],
    ['0x10', null],
    ['', null],
    ['12 rpm', null],
    ['Infinity', null],
  ])('%j is %j', (text, value) => {
    expect(parseNumber(text)).toBe(value)
  })

  test('what is shown in the entry can be typed again', () => {
    const comma = decimalSeparator('de')
    expect(comma).toBe(',')
    for (const value of [0, -0.1, 12.345, 1e6]) expect(parseNumber(entryText(value, comma))).toBe(value)
  })

  test('steps fit the kind of value, stay in the range and make no noise', () => {
    expect(stepOf({ type: 'integer', min: 0, max: 10_000 })).toBe(1)
    expect(stepOf({ type: 'number', precision: 2 })).toBe(0.01)
    expect(stepOf({ type: 'number', min: 0, max: 1 })).toBe(0.01)
    const tenths: TagDescription = { type: 'number', precision: 1, min: 0, max: 1 }
    expect([stepped(0.2, 1, tenths), stepped(0.95, 1, tenths), stepped(0, -1, tenths)]).toEqual([0.3, 1, 0])
  })

  test('are read with their digits and written in full', () => {
    expect([formatNumber(21, 'en', 1), formatNumber(1 / 3, 'en'), formatNumber(0.0001, 'en')]).toEqual([
      '21.0',
      '0.333',
      '0.0001',
    ])
    expect([formatExactly(1.25, 'en', 1), formatExactly(2, 'de', 1)]).toEqual(['1.25', '2,0'])
  })
})

describe('who has control', () => {
  const control: Control = {
    machine: 'm',
    session: 'a',
    holder: 'Anna',
    local: false,
    since: 5,
    takeOver: { session: 'b', holder: 'Ben', at: 9_000 },
    graceUntil: null,
  }

  test('is seen from each side', () => {
    expect(holdingOf(undefined, 'a').by).toBe('nobody')
    expect(holdingOf(control, 'a')).toMatchObject({ by: 'me', takeOver: { by: 'other', keepable: true } })
    expect(holdingOf(control, 'b')).toMatchObject({ by: 'other', holder: 'Anna', takeOver: { by: 'me' } })
    expect(holdingOf(control, null).by).toBe('other')
  })

  test('cannot be kept from the local display', () => {
    const local: Control = { ...control, takeOver: { session: 'b', holder: 'Here', at: 9_000, local: true } }
    expect(holdingOf(local, 'a').takeOver?.keepable).toBe(false)
  })

  test('counts down to nought and no further', () => {
    expect([0, 8_000, 8_999, 9_000, 20_000].map((now) => secondsUntil(9_000, now))).toEqual([9, 1, 1, 0, 0])
  })
})

const change = (offset: number, trigger: string) =>
  event(offset, 'press_001', 'state_change', { to_state: 'x', event_trigger: trigger })

describe('commands of a machine', () => {
  test('are those that are described, else the triggers that were seen', () => {
    const machine = folded(
      'press_001',
      change(1, 'start'),
      change(2, 'timeout(0.4)'),
      change(3, 'jam'),
      change(4, 'start'),
    )
    expect(commandOffers(new PlantLookup(), machine).map(({ type }) => type)).toEqual(['jam', 'start'])
    const plant: Plant = { machines: { press: { commands: { reset: { label: 'Reset', confirm: true }, go: {} } } } }
    expect(commandOffers(new PlantLookup(plant), machine)).toEqual([
      { type: 'reset', label: 'Reset', confirm: true },
      { type: 'go', label: 'go', confirm: false },
    ])
  })

  test('a payload is nothing or an object', () => {
    expect(parsePayload('  ')).toEqual({ ok: true, payload: {} })
    expect(parsePayload('{"a": 1}')).toEqual({ ok: true, payload: { a: 1 } })
    expect(parsePayload('[1]')).toEqual({ ok: false, problem: 'not_object' })
    expect(parsePayload('null')).toEqual({ ok: false, problem: 'not_object' })
    expect(parsePayload('{')).toEqual({ ok: false, problem: 'not_json' })
  })

  test('its size is counted as the machine reads it, in bytes', () => {
    const size = commandBytes('go', {})
    expect(commandBytes('go', { text: 'ü€' }) - size).toBe('"text":""'.length + 5)
  })
})

const of = (...devices: readonly Device[]) => {
  const byKey = new Map(devices.map((each) => [deviceKey(each.machine, each.id), each]))
  return (key: string) => byKey.get(key)
}

const speed = (min: number, max: number, confirm: boolean) => ({
  tags: { speed: { type: 'integer' as const, writable: true, min, max, confirm } },
})

describe('groups', () => {
  const valves = [
    { machine: 'a', device: 'v1' },
    { machine: 'b', device: 'v2' },
  ]

  test('have in common what every member takes in the same way', () => {
    const both = of(device('a', 'v1', 'valve'), device('b', 'v2', 'valve'))
    expect(groupTags(new PlantLookup(), valves, both).map(({ name }) => name)).toEqual(['value'])
    const mixed = of(device('a', 'v1', 'valve'), device('b', 'v2', 'motor'))
    expect(groupTags(new PlantLookup(), valves, mixed)).toEqual([])
    expect(groupTags(new PlantLookup(), [], both)).toEqual([])
  })

  test('write only what fits all, and look twice where one wants it', () => {
    const plant = new PlantLookup({
      machines: { a: { devices: { v1: speed(0, 100, false) } }, b: { devices: { v2: speed(20, 200, true) } } },
    })
    expect(groupTags(plant, valves, of())[0]?.description).toMatchObject({ min: 20, max: 100, confirm: true })
    const apart = new PlantLookup({
      machines: { a: { devices: { v1: speed(0, 10, false) } }, b: { devices: { v2: speed(20, 200, true) } } },
    })
    expect(groupTags(apart, valves, of())).toEqual([])
  })
})
