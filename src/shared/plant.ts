import Type from 'typebox'
import { MAX_NAME_LENGTH } from './datagram.ts'
import { TagValueSchema } from './device.ts'

const Name = Type.String({ minLength: 1, maxLength: MAX_NAME_LENGTH })
const strict = { additionalProperties: false } as const

/** A condition over what is folded: a machine's state, or a tag's value. */
export const ConditionSchema = Type.Union([
  Type.Object({ machine: Name, state: Type.Array(Name, { minItems: 1, description: 'One of these states.' }) }, strict),
  Type.Object(
    {
      machine: Name,
      device: Name,
      tag: Name,
      is: Type.Optional(TagValueSchema),
      above: Type.Optional(Type.Number()),
      below: Type.Optional(Type.Number()),
    },
    strict,
  ),
])
export type Condition = Type.Static<typeof ConditionSchema>

export const LimitsSchema = Type.Object(
  {
    high_high: Type.Optional(Type.Number()),
    high: Type.Optional(Type.Number()),
    low: Type.Optional(Type.Number()),
    low_low: Type.Optional(Type.Number()),
    deadband: Type.Optional(Type.Number({ minimum: 0 })),
  },
  strict,
)

export const TagDescriptionSchema = Type.Object(
  {
    type: Type.Union([
      Type.Literal('integer'),
      Type.Literal('number'),
      Type.Literal('boolean'),
      Type.Literal('string'),
    ]),
    label: Type.Optional(Type.String({ maxLength: 200 })),
    unit: Type.Optional(Type.String({ maxLength: 20 })),
    min: Type.Optional(Type.Number()),
    max: Type.Optional(Type.Number()),
    precision: Type.Optional(Type.Integer({ minimum: 0, maximum: 10, description: 'Digits after the point.' })),
    writable: Type.Optional(Type.Boolean()),
    tolerance: Type.Optional(
      Type.Number({ minimum: 0, description: 'A write is confirmed when the actual value is this near.' }),
    ),
    confirm: Type.Optional(Type.Boolean({ description: 'Ask again before writing.' })),
    field: Type.Optional(Type.String({ description: 'The key under which a write names it, where that is another.' })),
    limits: Type.Optional(LimitsSchema),
  },
  strict,
)
export type TagDescription = Type.Static<typeof TagDescriptionSchema>

export const DeviceDescriptionSchema = Type.Object(
  {
    type: Type.Optional(Name),
    label: Type.Optional(Type.String({ maxLength: 200 })),
    tags: Type.Optional(Type.Record(Name, TagDescriptionSchema)),
  },
  strict,
)
export type DeviceDescription = Type.Static<typeof DeviceDescriptionSchema>

export const MachineDescriptionSchema = Type.Object(
  {
    label: Type.Optional(Type.String({ maxLength: 200 })),
    control: Type.Optional(
      Type.String({ minLength: 1, description: 'Path of the Unix datagram socket that takes its commands.' }),
    ),
    stale_after: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'Seconds.' })),
    pace: Type.Optional(Type.Number({ minimum: 0, description: 'Milliseconds between two commands.' })),
    stop: Type.Optional(
      Type.Object(
        {
          type: Name,
          payload: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
          state: Type.Optional(Name),
        },
        strict,
      ),
    ),
    commands: Type.Optional(
      Type.Record(
        Name,
        Type.Object(
          {
            label: Type.Optional(Type.String({ maxLength: 200 })),
            state: Type.Optional(Type.String({ description: 'The state that confirms it.' })),
            confirm: Type.Optional(Type.Boolean()),
            timeout: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'Seconds.' })),
          },
          strict,
        ),
      ),
    ),
    states: Type.Optional(
      Type.Record(Name, Type.Object({ to: Type.Optional(Type.Record(Name, Name)) }, strict), {
        description: 'States and, for each, trigger → next state.',
      }),
    ),
    devices: Type.Optional(Type.Record(Name, DeviceDescriptionSchema)),
  },
  strict,
)
export type MachineDescription = Type.Static<typeof MachineDescriptionSchema>

export const InterlockSchema = Type.Object(
  {
    name: Name,
    /** Which commands it refuses: those for this machine, and of them those for this device or of these types. */
    machine: Name,
    device: Type.Optional(Name),
    commands: Type.Optional(Type.Array(Name)),
    /** Refuses while every one of these holds. */
    when: Type.Array(ConditionSchema, { minItems: 1 }),
    reason: Type.String({ minLength: 1, maxLength: 300, description: 'What the operator reads.' }),
  },
  strict,
)
export type Interlock = Type.Static<typeof InterlockSchema>

/** What the plant consists of. Nothing in it is needed: what is not described is discovered from events. */
export const PlantSchema = Type.Object(
  {
    machines: Type.Optional(Type.Record(Name, MachineDescriptionSchema)),
    groups: Type.Optional(
      Type.Record(
        Name,
        Type.Array(Type.Object({ machine: Name, device: Name }, strict), { minItems: 1, maxItems: 200 }),
        { description: 'Devices that one command can address together.' },
      ),
    ),
    interlocks: Type.Optional(Type.Array(InterlockSchema, { maxItems: 500 })),
  },
  strict,
)
export type Plant = Type.Static<typeof PlantSchema>
