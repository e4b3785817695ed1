import { isSettledEvent } from './commands.ts'
import { type Device, deviceKey, type Quality, type Tag, type TagValue } from '../device.ts'
import type { Payload } from '../datagram.ts'
import type { EventView } from '../event.ts'
import { toMilliseconds } from '../source-time.ts'
import { asObject, idField, makeRoom, MAX_NAME, objectField, tagValue, textField } from './fields.ts'

export const DEVICE_LIMITS = {
  /** Those silent longest are forgotten above it: a sender that invents ids must not grow the state without end. */
  devices: 2_000,
  /** Further tags of a device are left out: which ones are shown must not change all the time. */
  tags: 64,
} as const

/** Under which tag a full description's `current_value` goes, by the type of the device. */
const MAIN_TAG: ReadonlyMap<string | null, string> = new Map([
  ['motor', 'speed'],
  ['servo', 'angle'],
  ['valve', 'value'],
  ['temperature_sensor', 'temperature'],
])

/** A device of such a status has no values to trust. */
const WITHOUT_VALUES: ReadonlySet<string> = new Set(['offline', 'error'])

/** The `status` of an answer to a write, which some send along: it says nothing of the device. */
const OF_A_WRITE: ReadonlySet<string> = new Set(['success', 'no_change'])

/**
 * Folds one event into the devices, in place. Returns the device that changed; undefined where none did, and where an
 * event concerns all devices of its machine (`machine_stale`, `machine_terminated`). Only a machine's own events make
 * devices, tags and values.
 */
export function foldDevice(devices: Map<string, Device>, event: EventView): Device | undefined {
  if (event.origin !== 'machine') return foldPanelEvent(devices, event)
  if (event.family === 'device') {
    if (event.type === 'device_update') return updateDevice(devices, event)
    return event.type === 'tag_update' ? updateTag(devices, event) : undefined
  }
  // Nothing is said of a machine going stale once it has terminated, so its values grow old here.
  if (event.type === 'machine_terminated') makeStale(devices, event)
  return undefined
}

function foldPanelEvent(devices: Map<string, Device>, event: EventView): Device | undefined {
  if (event.type === 'machine_stale' && event.origin === 'panel') makeStale(devices, event)
  if (event.type === 'command_requested') return openRequest(devices, event)
  return isSettledEvent(event.type) ? closeRequest(devices, event) : undefined
}

function deviceOf(devices: Map<string, Device>, event: EventView, id: string): Device {
  const key = deviceKey(event.machine, id)
  let device = devices.get(key)
  if (!device) {
    makeRoom(devices, DEVICE_LIMITS.devices, ({ lastEventAt }) => lastEventAt)
    device = {
      machine: event.machine,
      id,
      type: null,
      status: null,
      tags: [],
      lastEventAt: event.time,
      lastEventOffset: event.offset,
    }
    devices.set(key, device)
  }
  device.lastEventAt = event.time
  device.lastEventOffset = event.offset
  return device
}

function updateDevice(devices: Map<string, Device>, event: EventView): Device | undefined {
  const { payload } = event
  const id = idField(payload, 'device_id')
  if (id === null) return undefined
  const device = deviceOf(devices, event, id)
  device.type = textField(payload, 'device_type') ?? device.type
  const status = textField(payload, 'status')
  if (status !== null && !OF_A_WRITE.has(status)) device.status = status
  if (hasNoValues(status)) for (const tag of device.tags) tag.quality = 'bad'

  const { values, quality } = reportOf(payload, device.type)
  const sourceTime = toMilliseconds(payload['last_updated']) ?? event.sourceTime
  let index = 0
  for (const name in values) {
    if (!Object.hasOwn(values, name)) continue
    setTag(device, index, name, values[name], quality, event.time, sourceTime)
    index += 1
    if (index === DEVICE_LIMITS.tags) break
  }
  return device
}

/** The values that a `device_update` of a device of this type brings, by tag, and how far they can be trusted. */
export function reportOf(
  payload: Payload,
  type: string | null,
): { readonly values: Payload; readonly quality: Quality } {
  const current = payload['current_value']
  const values = asObject(payload['new_state']) ?? asObject(current)
  const quality = hasNoValues(textField(payload, 'status')) ? 'bad' : qualityOf(payload['quality'])
  if (values) return { values, quality }
  return { values: current === undefined ? {} : { [MAIN_TAG.get(type) ?? 'value']: current }, quality }
}

const hasNoValues = (status: string | null): boolean => status !== null && WITHOUT_VALUES.has(status.toLowerCase())

/** A tag that names no device belongs to the machine itself: its device has the machine's name. */
function updateTag(devices: Map<string, Device>, event: EventView): Device | undefined {
  const { payload } = event
  const name = idField(payload, 'tag')
  const id = payload['device_id'] === undefined ? event.machine : idField(payload, 'device_id')
  if (name === null || id === null) return undefined
  const device = deviceOf(devices, event, id)
  setTag(device, 0, name, payload['value'], qualityOf(payload['quality']), event.time, event.sourceTime)
  return device
}

/** `index` is where the tag most likely stands: a device sends its tags in the same order every time. */
function setTag(
  device: Device,
  index: number,
  name: string,
  sent: unknown,
  quality: Quality,
  time: number,
  sourceTime: number | null,
): void {
  const { tags } = device
  const likely = tags[index]
  const tag = likely?.name === name ? likely : tags.find((each) => each.name === name)
  const value = tagValue(sent)
  if (tag) {
    tag.value = value
    tag.quality = value === null ? 'bad' : quality
    tag.time = time
    tag.sourceTime = sourceTime
  } else if (tags.length < DEVICE_LIMITS.tags && name !== '' && name.length <= MAX_NAME) {
    tags.push({ name, value, quality: value === null ? 'bad' : quality, time, sourceTime, requested: null })
  }
}

/** The quality that a machine states; good where it states none, uncertain where what it states is not known. */
export function qualityOf(stated: unknown): Quality {
  if (stated === undefined || stated === null || stated === '') return 'good'
  if (typeof stated === 'number') return qualityOfCode(stated)
  if (typeof stated !== 'string') return 'uncertain'
  // Also `Good, Local_Override`, `Uncertain_LastUsableValue`, `BadCommFailure`.
  const word = stated.slice(0, MAX_NAME).trim().toLowerCase()
  if (word.startsWith('good') || word === 'ok' || word === 'valid') return 'good'
  return word.startsWith('bad') || BAD_WORDS.has(word) ? 'bad' : 'uncertain'
}

/**
 * OPC DA says it in the upper two of eight bits, OPC UA in the upper two of 32. Zero is bad in the one and good in the
 * other, and is read as bad.
 */
function qualityOfCode(code: number): Quality {
  if (code < 0x40) return 'bad'
  if (code <= 0xff) return code >= 0xc0 ? 'good' : 'uncertain'
  if (code < 0x4000_0000) return 'good'
  return code < 0x8000_0000 ? 'uncertain' : 'bad'
}

const BAD_WORDS: ReadonlySet<string> = new Set(['invalid', 'error', 'fault', 'failed', 'failure', 'offline'])

function makeStale(devices: Map<string, Device>, event: EventView): void {
  for (const device of devices.values()) {
    if (device.machine !== event.machine) continue
    for (const tag of device.tags) tag.quality = 'stale'
    device.lastEventOffset = event.offset
  }
}

/** Marks the tag that a command wants to change; what no machine has shown yet is not brought into being by it. */
function openRequest(devices: Map<string, Device>, event: EventView): Device | undefined {
  const expectation = objectField(event.payload, 'expectation')
  const command = idField(event.payload, 'id')
  const id = idField(expectation, 'device')
  const name = idField(expectation, 'tag')
  // Only its own device: those who watch another one are not told of the command.
  if (expectation['kind'] !== 'tag' || command === null || id === null || name === null) return undefined
  if (idField(event.payload, 'device') !== id) return undefined
  const device = devices.get(deviceKey(event.machine, id))
  const tag = device?.tags.find((each) => each.name === name)
  if (!device || !tag) return undefined
  const value: TagValue = tagValue(expectation['value'])
  tag.requested = { value, command, time: event.time }
  device.lastEventOffset = event.offset
  return device
}

/** A later command for the same tag stays marked. */
function closeRequest(devices: Map<string, Device>, event: EventView): Device | undefined {
  const command = idField(event.payload, 'id')
  if (command === null) return undefined
  const wants = (tag: Tag): boolean => tag.requested?.command === command
  for (const device of devices.values()) {
    if (device.machine !== event.machine) continue
    const tag = device.tags.find(wants)
    if (!tag) continue
    tag.requested = null
    device.lastEventOffset = event.offset
    return device
  }
  return undefined
}
