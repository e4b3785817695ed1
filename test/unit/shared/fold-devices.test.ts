import * as fc from 'fast-check'
import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { type Device, deviceKey, DeviceSchema, type Quality, type Tag } from '../../../src/shared/device.ts'
import { type Origin, viewEvent } from '../../../src/shared/event.ts'
import { DEVICE_LIMITS, foldDevice } from '../../../src/shared/fold/devices.ts'
import { stage } from '../demo/stage.ts'

/** Folds events with growing offsets; the clock says a thousand times the offset. */
class Fold {
  readonly devices = new Map<string, Device>()
  offset = 0

  take(type: string, payload: unknown, origin: Origin = 'machine', machine = 'cell'): Device | undefined {
    this.offset += 1
    const body = { machine_name: machine, type, payload }
    return foldDevice(this.devices, viewEvent({ offset: this.offset, time: this.offset * 1_000, origin, body }))
  }

  /** The same as a viewer has it who was sent a snapshot now. */
  copy(): Fold {
    const copy = new Fold()
    copy.offset = this.offset
    for (const each of JSON.parse(JSON.stringify([...this.devices.values()])) as Device[]) {
      copy.devices.set(deviceKey(each.machine, each.id), each)
    }
    return copy
  }

  update(values: unknown, more: object = {}): this {
    this.take('device_update', { device_id: 'motor_01', device_type: 'motor', new_state: values, ...more })
    return this
  }

  device(id = 'motor_01', machine = 'cell'): Device {
    const device = this.devices.get(deviceKey(machine, id))
    if (!device) throw new Error(`there is no device ${id}`)
    return device
  }

  tag(name = 'speed', id = 'motor_01'): Tag {
    const tag = this.device(id).tags.find((each) => each.name === name)
    if (!tag) throw new Error(`there is no tag ${name}`)
    return tag
  }
}

describe('device_update', () => {
  test('brings a device with a tag for each key of its new state', () => {
    const fold = new Fold().update({ speed: 150, on: true, mode: 'eco' }, { last_updated: 1_725_364_800.5 })
    expect(fold.device()).toEqual({
      machine: 'cell',
      id: 'motor_01',
      type: 'motor',
      status: null,
      tags: [
        ['speed', 150],
        ['on', true],
        ['mode', 'eco'],
      ].map(([name, value]) => ({
        name,
        value,
        quality: 'good',
        time: 1_000,
        sourceTime: 1_725_364_800_500,
        requested: null,
      })),
      lastEventAt: 1_000,
      lastEventOffset: 1,
    })
  })

  test('changes the tags it names and no others', () => {
    const fold = new Fold().update({ speed: 1, mode: 'eco' }).update({ mode: 'fast' })
    expect(fold.tag()).toMatchObject({ value: 1, time: 1_000 })
    expect(fold.tag('mode')).toMatchObject({ value: 'fast', time: 2_000 })
    expect(fold.device().tags.map(({ name }) => name)).toEqual(['speed', 'mode'])
  })

  test('without a device’s id is nobody’s', () => {
    const fold = new Fold()
    for (const device_id of [undefined, null, '', {}, [], true, 'x'.repeat(129)])
      fold.update({ speed: 1 }, { device_id })
    expect(fold.devices.size).toBe(0)
  })

  test('keeps devices of one id apart by their machines', () => {
    const fold = new Fold()
    fold.take('device_update', { device_id: 'd', new_state: { v: 1 } }, 'machine', 'a')
    fold.take('device_update', { device_id: 'd', new_state: { v: 2 } }, 'machine', 'b')
    expect([fold.device('d', 'a'), fold.device('d', 'b')].map(({ tags }) => tags[0]?.value)).toEqual([1, 2])
  })

  test.each([
    ['motor', 'speed'],
    ['servo', 'angle'],
    ['valve', 'value'],
    ['temperature_sensor', 'temperature'],
    ['oven', 'value'],
  ])('as a full description of a %s puts the current value under %s', (device_type, tag) => {
    const fold = new Fold()
    fold.take('device_update', { device_id: 'd', device_type, status: 'online', current_value: 7 })
    expect(fold.device('d')).toMatchObject({ type: device_type, status: 'online' })
    expect(fold.device('d').tags).toMatchObject([{ name: tag, value: 7, quality: 'good' }])
  })

  test('may describe the current value as an object of tags', () => {
    const fold = new Fold()
    fold.take('device_update', { device_id: 'd', device_type: 'motor', current_value: { speed: 3, torque: 4 } })
    expect(fold.device('d').tags.map(({ name, value }) => [name, value])).toEqual([
      ['speed', 3],
      ['torque', 4],
    ])
  })

  test('takes the status of an answer to a write for none of the device', () => {
    const fold = new Fold().update({ speed: 1 }, { status: 'online' }).update({ speed: 1 }, { status: 'no_change' })
    expect(fold.update({ speed: 2 }, { status: 'success' }).device().status).toBe('online')
  })
})

describe('values', () => {
  test('that are objects or arrays are kept as their JSON text', () => {
    expect(new Fold().update({ speed: { a: [1] } }).tag()).toMatchObject({ value: '{"a":[1]}', quality: 'good' })
    expect(new Fold().update({ speed: [1, 2] }).tag().value).toBe('[1,2]')
  })

  test('are cut to 500 characters, never in the middle of one', () => {
    expect(new Fold().update({ speed: 'x'.repeat(900) }).tag().value).toBe('x'.repeat(500))
    expect(new Fold().update({ speed: `${'x'.repeat(499)}😀` }).tag().value).toBe('x'.repeat(499))
    expect(new Fold().update({ speed: Array.from({ length: 900 }, () => 1) }).tag().value).toHaveLength(500)
  })

  test('that are no numbers any more are none', () => {
    expect(new Fold().update(JSON.parse('{"speed":1e999}')).tag()).toMatchObject({ value: null, quality: 'bad' })
    expect(Object.is(new Fold().update(JSON.parse('{"speed":-0}')).tag().value, 0)).toBe(true)
  })
})

describe('quality', () => {
  const stated: readonly (readonly [unknown, Quality])[] = [
    ['good', 'good'],
    ['GOOD', 'good'],
    ['Good, Local_Override', 'good'],
    ['ok', 'good'],
    [192, 'good'],
    [0x0042_0000, 'good'],
    ['uncertain', 'uncertain'],
    ['Uncertain_LastUsableValue', 'uncertain'],
    [64, 'uncertain'],
    [0x4090_0000, 'uncertain'],
    ['bad', 'bad'],
    ['BadCommFailure', 'bad'],
    ['invalid', 'bad'],
    [0, 'bad'],
    [-1, 'bad'],
    [0x8031_0000, 'bad'],
    ['', 'good'],
    [null, 'good'],
    [undefined, 'good'],
  ]
  test.each(stated)('stated as %j is %s', (quality, expected) => {
    expect(new Fold().update({ speed: 1 }, { quality }).tag().quality).toBe(expected)
  })

  test('stated in a way that is not known is uncertain, and only the panel calls a value stale', () => {
    for (const quality of ['stale', 'so-so', {}, [], true, 128]) {
      expect(new Fold().update({ speed: 1 }, { quality }).tag().quality).toBe('uncertain')
    }
  })

  test('of no value is bad, whatever is stated', () => {
    expect(new Fold().update({ speed: null }, { quality: 'good' }).tag()).toMatchObject({ value: null, quality: 'bad' })
  })

  test('of every tag is bad while its device is offline or in error', () => {
    for (const status of ['offline', 'Error']) {
      const fold = new Fold().update({ speed: 1, mode: 'eco' })
      fold.update({ speed: 2 }, { status, quality: 'good' })
      expect(fold.device().tags.map(({ quality }) => quality)).toEqual(['bad', 'bad'])
      expect(fold.update({ speed: 3 }, { status: 'online' }).tag().quality).toBe('good')
      expect(fold.tag('mode').quality).toBe('bad')
    }
  })

  test('turns stale with the machine, for its devices alone, and comes back tag by tag', () => {
    const fold = new Fold().update({ speed: 1, mode: 'eco' })
    fold.take('device_update', { device_id: 'd', new_state: { v: 1 } }, 'machine', 'other')
    fold.take('machine_stale', {}, 'panel')
    expect(fold.device().tags.map(({ quality }) => quality)).toEqual(['stale', 'stale'])
    expect(fold.device('d', 'other').tags[0]?.quality).toBe('good')
    expect(fold.device()).toMatchObject({ lastEventAt: 1_000, lastEventOffset: 3 })
    fold.update({ speed: 1 })
    expect(fold.device().tags.map(({ quality }) => quality)).toEqual(['good', 'stale'])
  })

  test('is not touched by a machine or an operator that speaks of staleness', () => {
    const fold = new Fold().update({ speed: 1 })
    fold.take('machine_stale', {}, 'machine')
    fold.take('machine_stale', {}, 'operator')
    expect(fold.tag().quality).toBe('good')
  })

  test('turns stale when the program ends, since nobody calls an ended one stale', () => {
    const fold = new Fold().update({ speed: 1 })
    fold.take('machine_terminated', {})
    expect(fold.tag().quality).toBe('stale')
  })
})

describe('tag_update', () => {
  test('sets one tag of a device', () => {
    const fold = new Fold()
    const payload = { device_id: 'd', tag: 't', value: 5, quality: 'uncertain', timestamp: 1_725_364_800 }
    expect(fold.take('tag_update', payload)).toBe(fold.device('d'))
    expect(fold.tag('t', 'd')).toMatchObject({ value: 5, quality: 'uncertain', sourceTime: 1_725_364_800_000 })
  })

  test('that names no device belongs to the machine itself', () => {
    const fold = new Fold()
    fold.take('tag_update', { tag: 't', value: true })
    expect(fold.device('cell')).toMatchObject({ id: 'cell', type: null, tags: [{ name: 't', value: true }] })
  })

  test('without a tag’s name changes nothing', () => {
    const fold = new Fold()
    for (const tag of [undefined, null, '', {}, 'x'.repeat(129)])
      fold.take('tag_update', { device_id: 'd', tag, value: 1 })
    fold.take('tag_update', { device_id: {}, tag: 't', value: 1 })
    expect(fold.devices.size).toBe(0)
  })
})

const wish = (id: string, value: unknown, tag = 'speed') => ({
  id,
  device: 'motor_01',
  expectation: { kind: 'tag', device: 'motor_01', tag, value, tolerance: 0 },
})

describe('what is requested', () => {
  test('stands beside the actual value until the command is settled', () => {
    for (const settled of ['command_refused', 'command_confirmed', 'command_failed', 'command_timed_out']) {
      const fold = new Fold().update({ speed: 1 })
      fold.take('command_requested', wish('c1', 9), 'operator')
      expect(fold.tag()).toMatchObject({ value: 1, requested: { value: 9, command: 'c1', time: 2_000 } })
      fold.take('command_accepted', { id: 'c1' }, 'panel')
      expect(fold.update({ speed: 9 }).tag().requested).not.toBeNull()
      expect(fold.take(settled, { id: 'c1' }, 'panel')).toBe(fold.device())
      expect(fold.tag().requested).toBeNull()
      expect(fold.device()).toMatchObject({ lastEventAt: 4_000, lastEventOffset: 5 })
    }
  })

  test('by a later command stays when the earlier one is settled', () => {
    const fold = new Fold().update({ speed: 1 })
    fold.take('command_requested', wish('c1', 9), 'operator')
    fold.take('command_requested', wish('c2', 8), 'operator')
    fold.take('command_failed', { id: 'c1' }, 'panel')
    expect(fold.tag().requested).toMatchObject({ value: 8, command: 'c2' })
  })

  test('brings no device and no tag into being', () => {
    const fold = new Fold()
    fold.take('command_requested', wish('c1', 9), 'operator')
    expect(fold.devices.size).toBe(0)
    fold.update({ speed: 1 }).take('command_requested', wish('c1', 9, 'other'), 'operator')
    expect(fold.device().tags).toHaveLength(1)
  })

  test('is never a machine’s to say', () => {
    const fold = new Fold().update({ speed: 1 })
    fold.take('command_requested', wish('c1', 9), 'machine')
    expect(fold.tag().requested).toBeNull()
    fold.take('command_requested', wish('c1', 9), 'operator')
    fold.take('command_confirmed', { id: 'c1' }, 'machine')
    expect(fold.tag().requested).not.toBeNull()
  })
})

test('only machines’ events make values', () => {
  const fold = new Fold()
  for (const origin of ['panel', 'operator'] as const) {
    fold.take('device_update', { device_id: 'd', new_state: { v: 1 } }, origin)
    fold.take('tag_update', { tag: 't', value: 1 }, origin)
  }
  expect(fold.devices.size).toBe(0)
})

test('a device has 64 tags at most, and those it had first', () => {
  const fold = new Fold()
  for (let i = 0; i < 100; i += 1) fold.update({ [`t${i}`]: i })
  expect(fold.device().tags).toHaveLength(DEVICE_LIMITS.tags)
  expect(fold.update({ t0: 'still' }).tag('t0').value).toBe('still')
  const wide = new Fold().update(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`t${i}`, i])))
  expect(wide.device().tags).toHaveLength(DEVICE_LIMITS.tags)
})

test('above 2,000 devices those silent longest are forgotten', () => {
  const fold = new Fold()
  for (let i = 0; i < DEVICE_LIMITS.devices; i += 1) fold.take('tag_update', { device_id: `d${i}`, tag: 't', value: i })
  fold.take('tag_update', { device_id: 'd0', tag: 't', value: 0 })
  fold.take('tag_update', { device_id: 'new', tag: 't', value: 0 })
  expect(fold.devices.size).toBe(DEVICE_LIMITS.devices - DEVICE_LIMITS.devices / 10 + 1)
  const known = (id: string): boolean => fold.devices.has(deviceKey('cell', id))
  expect(['d0', 'd1', 'd200', 'd201', 'new'].map(known)).toEqual([true, false, false, true, true])
})

test('names from an object’s prototype are names like any other', () => {
  const fold = new Fold().update(JSON.parse('{"__proto__":1,"constructor":2}'), { device_id: '__proto__' })
  const { tags } = fold.device('__proto__')
  expect(tags.map(({ name, value }) => [name, value])).toEqual([
    ['__proto__', 1],
    ['constructor', 2],
  ])
  expect(({} as Record<string, unknown>)['device_id']).toBeUndefined()
})

test('no payload makes it throw or leave what its schema does not allow, and snapshots go on the same', () => {
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>('motor_01', 'd', 't', 'speed', 'offline', 'c1', 1e308, 'x'.repeat(600), '\ud800'),
  )
  const state = fc.oneof(odd, fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), odd))
  const payload = fc.oneof(
    odd,
    fc.record(
      {
        device_id: odd,
        device_type: odd,
        status: odd,
        new_state: state,
        current_value: state,
        quality: odd,
        last_updated: odd,
        timestamp: odd,
        tag: odd,
        value: odd,
        id: odd,
        expectation: fc.oneof(
          odd,
          fc.record({ kind: fc.constantFrom('tag', 'x'), device: odd, tag: odd, value: odd }, { requiredKeys: [] }),
        ),
      },
      { requiredKeys: [] },
    ),
  )
  const types = 'device_update tag_update device_x machine_stale machine_terminated command_requested command_failed'
  const event = fc.tuple(
    fc.constantFrom(...types.split(' ')),
    payload,
    fc.constantFrom<Origin>('machine', 'machine', 'panel', 'operator'),
    fc.constantFrom('cell', '__proto__'),
  )
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      const fold = new Fold()
      let viewer = fold.copy()
      for (const [index, one] of events.entries()) {
        if (index % 7 === 0) viewer = fold.copy()
        viewer.take(...one)
        const before = fold.devices.size
        const changed = fold.take(...one)
        expect(one[2] === 'machine' || fold.devices.size === before).toBe(true)
        expect(changed && fold.devices.get(deviceKey(changed.machine, changed.id))).toBe(changed)
      }
      expect([...viewer.devices]).toEqual([...fold.devices])
      for (const device of fold.devices.values()) {
        expect(Value.Check(DeviceSchema, device)).toBe(true)
        expect(JSON.parse(JSON.stringify(device))).toEqual(device)
        expect(device.tags.length).toBeLessThanOrEqual(DEVICE_LIMITS.tags)
        expect(new Set(device.tags.map(({ name }) => name)).size).toBe(device.tags.length)
        expect(
          device.tags.filter(({ value, quality }) => value === null && !['bad', 'stale'].includes(quality)),
        ).toEqual([])
      }
    }),
    { numRuns: 500, seed: 4 },
  )
})

test('shows the demo plant’s cell as it is', () => {
  const { host, clock, heard, command } = stage('cell_1')
  host.start('registered')
  clock.pass(60_000)
  command('device_control', { device_id: 'motor_01', speed: 200 })
  command('device_control', { device_id: 'valve_01', state: true })
  clock.pass(30_000)
  const devices = new Map<string, Device>()
  heard.forEach(({ datagram }, index) => {
    foldDevice(devices, viewEvent({ offset: index + 1, time: index, origin: 'machine', body: datagram }))
  })
  const shown = [...devices.values()].map(({ id, type, tags }) => [id, type, ...tags.map(({ name }) => name)])
  expect(shown).toEqual([
    ['motor_01', 'motor', 'speed'],
    ['servo_01', 'servo', 'angle'],
    ['valve_01', 'valve', 'value'],
    ['temp_01', 'temperature_sensor', 'temperature'],
  ])
  const value = (id: string): unknown => devices.get(deviceKey('cell_1', id))?.tags[0]?.value
  expect([value('motor_01'), value('valve_01')]).toEqual([200, true])
  for (const device of devices.values()) {
    expect(Value.Check(DeviceSchema, device)).toBe(true)
    expect(device.tags[0]?.sourceTime).toBeGreaterThan(1_700_000_000_000)
  }
})
