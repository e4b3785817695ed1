import Type from 'typebox'

/** What a tag's value may be; anything else that a machine sends is kept as its JSON text. */
export const TagValueSchema = Type.Union([Type.Number(), Type.Boolean(), Type.String(), Type.Null()])
export type TagValue = Type.Static<typeof TagValueSchema>

/**
 * How far a value can be trusted. `uncertain`: the machine itself doubts it. `bad`: it has none. `stale`: it has not
 * been heard for too long.
 */
export const QUALITIES = ['good', 'uncertain', 'bad', 'stale'] as const
export type Quality = (typeof QUALITIES)[number]

export const TagSchema = Type.Object({
  name: Type.String(),
  value: TagValueSchema,
  quality: Type.Enum(QUALITIES),
  /** When the panel received the value, and when the machine says it was so; epoch milliseconds. */
  time: Type.Integer(),
  sourceTime: Type.Union([Type.Number(), Type.Null()]),
  /** What an operator asked for and the machine has not confirmed yet; null where nothing is open. */
  requested: Type.Union([
    Type.Object({ value: TagValueSchema, command: Type.String(), time: Type.Integer() }),
    Type.Null(),
  ]),
})
export type Tag = Type.Static<typeof TagSchema>

/** A device of a machine, folded from its updates. */
export const DeviceSchema = Type.Object({
  machine: Type.String(),
  id: Type.String(),
  /** `motor`, `servo`, `valve`, `temperature_sensor`, or whatever the machine calls it. */
  type: Type.Union([Type.String(), Type.Null()]),
  /** The machine's own word for it (`online`, `offline`, …), where it sent one. */
  status: Type.Union([Type.String(), Type.Null()]),
  /** In order of their first value, bounded. */
  tags: Type.Array(TagSchema),
  /** When the machine last spoke of it. */
  lastEventAt: Type.Integer(),
  /** Of the last event that touched it, also of the panel's and operators' events. */
  lastEventOffset: Type.Integer(),
})
export type Device = Type.Static<typeof DeviceSchema>

/** A device's key in the state: ids are unique only within their machine. Machine names hold no line breaks. */
export function deviceKey(machine: string, id: string): string {
  return `${machine}\n${id}`
}

/** How people and channels name a device of the plant. */
export function deviceReference(machine: string, id: string): string {
  return `${machine}/${id}`
}
