import { expect, test } from 'vitest'
import type { Device } from '../../../src/shared/device.ts'
import { type EventView, type Origin, viewEvent } from '../../../src/shared/event.ts'
import { eventDevice } from '../../../src/shared/event-device.ts'
import { foldDevice } from '../../../src/shared/fold/devices.ts'
import { Random } from '../../support/random.ts'
import { randomDatagram, randomReport } from '../../support/random-datagram.ts'

let offset = 0
const view = (origin: Origin, machine: string, type: string, payload: unknown = {}): EventView =>
  viewEvent({ offset: (offset += 1), time: offset, origin, body: { machine_name: machine, type, payload } })
const concerns = (origin: Origin, type: string, payload: unknown = {}): unknown => {
  const { device, allDevices } = eventDevice(view(origin, 'm', type, payload))
  return allDevices ? 'all' : device
}

test('an update concerns the device that it names; a tag without one belongs to the machine’s own', () => {
  expect(concerns('machine', 'device_update', { device_id: 'd' })).toBe('d')
  expect(concerns('machine', 'device_update', { device_id: 7 })).toBe('7')
  expect(concerns('machine', 'device_update', {})).toBeNull()
  expect(concerns('machine', 'device_update', { device_id: '' })).toBeNull()
  expect(concerns('machine', 'tag_update', { tag: 't' })).toBe('m')
  expect(concerns('machine', 'tag_update', { device_id: 'd', tag: 't' })).toBe('d')
  expect(concerns('machine', 'tag_update', { device_id: null, tag: 't' })).toBeNull()
  expect(concerns('machine', 'device_update', { device_id: 'x'.repeat(129) })).toBeNull()
})

test('a command concerns the device that it is for, unless a machine speaks of it', () => {
  expect(concerns('operator', 'command_requested', { id: 'c', device: 'd' })).toBe('d')
  expect(concerns('panel', 'command_timed_out', { id: 'c', device: 'd' })).toBe('d')
  expect(concerns('panel', 'command_timed_out', { id: 'c', device: null })).toBeNull()
  expect(concerns('machine', 'command_confirmed', { id: 'c', device: 'd' })).toBeNull()
})

test('silence and the end of a machine concern all its devices, and nothing else does', () => {
  expect(concerns('panel', 'machine_stale')).toBe('all')
  expect(concerns('machine', 'machine_terminated')).toBe('all')
  expect(concerns('machine', 'machine_registered')).toBeNull()
  expect(concerns('machine', 'block_started', { device_id: 'd', device: 'd' })).toBeNull()
})

test.each([1, 2, 3, 4])('the fold of devices changes no device but those that an event concerns (seed %i)', (seed) => {
  const random = new Random(seed)
  const machines = ['a', 'b', 'a/b']
  const devices = new Map<string, Device>()
  const changed = { one: 0, all: 0 }
  for (let i = 0; i < 1_500; i += 1) {
    const event = random.chance(0.4) ? report(random, machines) : datagram(random, machines)
    const before = new Map([...devices].map(([key, device]) => [key, JSON.stringify(device)]))
    foldDevice(devices, event)
    const { device, allDevices } = eventDevice(event)
    for (const [key, each] of devices) {
      if (JSON.stringify(each) === before.get(key)) continue
      const { machine, id } = each
      expect([event.type, machine, id]).toEqual([event.type, event.machine, allDevices ? id : device])
      changed[allDevices ? 'all' : 'one'] += 1
    }
  }
  expect(Math.min(changed.one, changed.all)).toBeGreaterThan(50)
})

function report(random: Random, machines: readonly string[]): EventView {
  const { origin, machine, type, payload } = randomReport(random, machines)
  return view(origin, machine, type, payload)
}

function datagram(random: Random, machines: readonly string[]): EventView {
  const { body } = randomDatagram(random, machines)
  return viewEvent({ offset: (offset += 1), time: offset, origin: 'machine', body })
}
