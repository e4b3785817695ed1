import Type from 'typebox'
import { type Device, deviceReference, QUALITIES, type Tag, TagValueSchema } from '../../../shared/device.ts'
import type { ReadonlyFolded } from '../../../shared/folded.ts'
import { MapOf } from './map-schema.ts'

const Seconds = (description: string) => Type.Number({ description: `${description}, epoch seconds.` })

const TagViewSchema = Type.Object({
  value: TagValueSchema,
  quality: Type.Enum(QUALITIES),
  time: Seconds('When the panel received it'),
  source_time: Type.Union([Type.Number(), Type.Null()], {
    description: 'When the machine says that it was so, epoch seconds.',
  }),
  requested: Type.Union(
    [Type.Object({ value: TagValueSchema, command: Type.String(), time: Type.Number() }), Type.Null()],
    { description: 'What was asked for and the machine has not confirmed yet.' },
  ),
})

type TagView = Type.Static<typeof TagViewSchema>

/** Values by tag. */
export const StateSchema = MapOf(TagValueSchema)
export type State = Type.Static<typeof StateSchema>

export const DEVICE_EXAMPLE = {
  device_id: 'motor_01',
  device_type: 'motor',
  status: 'online',
  current_value: 0,
  last_updated: 1725364800.1,
  machine: 'cell_1',
  tags: {
    speed: { value: 0, quality: 'good', time: 1725364800.1, source_time: 1725364800.1, requested: null },
  },
}

/** A device in the old panel's words, and what is known beyond them. */
export const DeviceViewSchema = Type.Object(
  {
    device_id: Type.String(),
    device_type: Type.Union([Type.String(), Type.Null()]),
    status: Type.String({
      description:
        'The machine’s own word, else online. offline: it has no values, or its machine has terminated. stale: its machine has been silent for too long.',
    }),
    current_value: Type.Union([TagValueSchema, StateSchema], {
      description: 'The value, where the device has one tag; else the values by tag.',
    }),
    last_updated: Seconds('When the machine last spoke of it'),
    machine: Type.String(),
    tags: MapOf(TagViewSchema),
  },
  {
    description: 'A device',
    examples: [DEVICE_EXAMPLE],
  },
)
export type DeviceView = Type.Static<typeof DeviceViewSchema>

export function deviceView(device: Device, folded: ReadonlyFolded): DeviceView {
  return {
    device_id: device.id,
    device_type: device.type,
    status: statusOf(device, folded),
    current_value: device.tags.length === 1 ? (device.tags[0]?.value ?? null) : stateOf(device),
    last_updated: device.lastEventAt / 1000,
    machine: device.machine,
    tags: Object.fromEntries(device.tags.map((tag) => [tag.name, tagView(tag)])),
  }
}

/** All devices by id; by `<machine>/<id>` where several machines have one of that id. */
export function devicesById(devices: Iterable<Device>, folded: ReadonlyFolded): Record<string, DeviceView> {
  const all = [...devices]
  const counts = new Map<string, number>()
  for (const { id } of all) counts.set(id, (counts.get(id) ?? 0) + 1)
  // `fromEntries`, because an id from outside may be `__proto__`.
  return Object.fromEntries(
    all.map((device) => {
      const key = counts.get(device.id) === 1 ? device.id : deviceReference(device.machine, device.id)
      return [key, deviceView(device, folded)]
    }),
  )
}

/** Values by tag. */
export function stateOf(device: Device): State {
  return Object.fromEntries(device.tags.map(({ name, value }) => [name, value]))
}

/** The machine's own word stands only as long as the machine is heard. */
function statusOf({ machine, status, tags }: Device, folded: ReadonlyFolded): string {
  const known = folded.machines.get(machine)
  if (known && known.terminatedAt !== null) return 'offline'
  if ((known && known.staleSince !== null) || tags.some(({ quality }) => quality === 'stale')) return 'stale'
  if (status !== null) return status
  return tags.length > 0 && tags.every(({ quality }) => quality === 'bad') ? 'offline' : 'online'
}

function tagView({ value, quality, time, sourceTime, requested }: Tag): TagView {
  return {
    value,
    quality,
    time: time / 1000,
    source_time: sourceTime === null ? null : sourceTime / 1000,
    requested: requested && { ...requested, time: requested.time / 1000 },
  }
}
