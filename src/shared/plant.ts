import Type, { type TSchema } from 'typebox'
import { PRIORITIES } from './alarm.ts'
import { MAX_NAME_LENGTH } from './datagram.ts'
import { TagValueSchema } from './device.ts'

const NAME_CHARACTERS = '[^\\u0000-\\u001f\\u007f-\\u009f]'

/** What a name is, for a message to whoever wrote another one. */
export const NAME_RULE = `a name of 1 to ${MAX_NAME_LENGTH} characters without control characters`

const strict = { additionalProperties: false } as const

interface Words {
  readonly title: string
  readonly description: string
}

/** A fresh schema each, so that every key can have its own words. */
const name = (words?: Words) =>
  Type.String({ minLength: 1, maxLength: MAX_NAME_LENGTH, pattern: `^${NAME_CHARACTERS}*$`, ...words })

const label = (of: string) =>
  Type.Optional(Type.String({ maxLength: 200, title: 'Label', description: `What people read for this ${of}.` }))

/** Things by name. */
export const named = <Value extends TSchema>(value: Value, words: Words) =>
  Type.Record(Type.String({ pattern: `^${NAME_CHARACTERS}{1,${MAX_NAME_LENGTH}}$` }), value, { ...strict, ...words })

const machineOfCondition = () => name({ title: 'Machine', description: 'The machine that is looked at.' })

/** A condition over what is folded: a machine's state, or a tag's value. */
export const ConditionSchema = Type.Union(
  [
    Type.Object(
      {
        machine: machineOfCondition(),
        state: Type.Array(name(), {
          minItems: 1,
          maxItems: 100,
          title: 'States',
          description: 'Holds while the machine is in one of these states.',
        }),
      },
      { ...strict, title: 'State', description: 'A condition over the state of a machine.' },
    ),
    Type.Object(
      {
        machine: machineOfCondition(),
        device: name({ title: 'Device', description: 'The device that is looked at.' }),
        tag: name({ title: 'Tag', description: 'The tag whose value is looked at.' }),
        is: Type.Optional(
          Type.Union([...TagValueSchema.anyOf], {
            title: 'Is',
            description: 'Holds while the value is this one.',
          }),
        ),
        above: Type.Optional(Type.Number({ title: 'Above', description: 'Holds while the value is above this one.' })),
        below: Type.Optional(Type.Number({ title: 'Below', description: 'Holds while the value is below this one.' })),
      },
      {
        ...strict,
        title: 'Tag value',
        description: 'A condition over the value of a tag: at least one of `is`, `above` and `below`.',
      },
    ),
  ],
  { title: 'Condition', description: 'Over the state of a machine, or over the value of a tag.' },
)
export type Condition = Type.Static<typeof ConditionSchema>

export const LimitsSchema = Type.Object(
  {
    high_high: Type.Optional(Type.Number({ title: 'High high', description: 'Alarm above this value.' })),
    high: Type.Optional(Type.Number({ title: 'High', description: 'Warning above this value.' })),
    low: Type.Optional(Type.Number({ title: 'Low', description: 'Warning below this value.' })),
    low_low: Type.Optional(Type.Number({ title: 'Low low', description: 'Alarm below this value.' })),
    deadband: Type.Optional(
      Type.Number({
        minimum: 0,
        title: 'Deadband',
        description: 'How far the value must come back behind a limit before its alarm clears.',
      }),
    ),
    rate: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        title: 'Rate of change',
        description: 'Alarm where the value changes by more than this a second, up or down.',
      }),
    ),
  },
  { ...strict, title: 'Alarm limits', description: 'In the unit of the tag: low_low ≤ low ≤ high ≤ high_high.' },
)
export type Limits = Type.Static<typeof LimitsSchema>

export const TAG_TYPES = ['integer', 'number', 'boolean', 'string'] as const
export type TagType = (typeof TAG_TYPES)[number]

export const TagDescriptionSchema = Type.Object(
  {
    type: Type.Enum(TAG_TYPES, { title: 'Type', description: 'What kind of value the tag has.' }),
    label: label('tag'),
    unit: Type.Optional(
      Type.String({ maxLength: 20, title: 'Unit', description: 'Shown behind the value, like °C or rpm.' }),
    ),
    min: Type.Optional(
      Type.Number({ title: 'Least', description: 'Start of the range. A lower value cannot be written.' }),
    ),
    max: Type.Optional(
      Type.Number({ title: 'Most', description: 'End of the range. A higher value cannot be written.' }),
    ),
    precision: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 10, title: 'Precision', description: 'Digits shown after the point.' }),
    ),
    writable: Type.Optional(
      Type.Boolean({
        title: 'Writable',
        description:
          'Whether operators may write it. Default: false, but true for what the panel knows by itself: speed of a motor, angle of a servo, value of a valve.',
      }),
    ),
    tolerance: Type.Optional(
      Type.Number({
        minimum: 0,
        title: 'Tolerance',
        description: 'A write is confirmed when the actual value is this near to it. Default: 0.',
      }),
    ),
    confirm: Type.Optional(
      Type.Boolean({ title: 'Confirm', description: 'Ask the operator again before writing. Default: false.' }),
    ),
    field: Type.Optional(
      name({
        title: 'Field',
        description:
          'The key under which a command names the value, where that is not the name of the tag: a valve shows `value` and takes `state`.',
      }),
    ),
    limits: Type.Optional(LimitsSchema),
  },
  {
    ...strict,
    title: 'Tag',
    description:
      'One value of a device. For a motor, servo or valve, what is left out keeps what the panel knows by itself.',
  },
)
export type TagDescription = Type.Static<typeof TagDescriptionSchema>

export const DeviceDescriptionSchema = Type.Object(
  {
    type: Type.Optional(
      name({
        title: 'Type',
        description:
          'Like motor, servo, valve or temperature_sensor, which the panel knows by itself. Default: what the machine says.',
      }),
    ),
    label: label('device'),
    tags: Type.Optional(
      named(TagDescriptionSchema, { title: 'Tags', description: 'The values of the device, by name.' }),
    ),
  },
  { ...strict, title: 'Device', description: 'A device of a machine.' },
)
export type DeviceDescription = Type.Static<typeof DeviceDescriptionSchema>

export const StopDescriptionSchema = Type.Object(
  {
    type: name({ title: 'Type', description: 'The event that is sent to the machine.' }),
    payload: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { title: 'Payload', description: 'What goes with it.' }),
    ),
    state: Type.Optional(
      name({ title: 'State', description: 'The state that confirms it. Default: any change of state.' }),
    ),
  },
  { ...strict, title: 'Stop', description: 'The command that Stop gives to the machine.' },
)
export type StopDescription = Type.Static<typeof StopDescriptionSchema>

export const CommandDescriptionSchema = Type.Object(
  {
    label: label('command'),
    state: Type.Optional(
      name({ title: 'State', description: 'The state that confirms it. Default: any change of state.' }),
    ),
    confirm: Type.Optional(
      Type.Boolean({ title: 'Confirm', description: 'Ask the operator again before sending. Default: false.' }),
    ),
    timeout: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 86_400,
        title: 'Timeout',
        description: 'Seconds within which the machine must confirm it.',
      }),
    ),
  },
  { ...strict, title: 'Command', description: 'A command that operators may give.' },
)
export type CommandDescription = Type.Static<typeof CommandDescriptionSchema>

export const MachineDescriptionSchema = Type.Object(
  {
    label: label('machine'),
    control: Type.Optional(
      Type.Union([Type.String({ minLength: 1 }), Type.Literal(false)], {
        title: 'Control endpoint',
        description:
          'Absolute path of the Unix datagram socket that takes its commands; {machine} stands for the name of the machine. false: it takes none. Default: /tmp/statemachine-control-{machine}.sock',
      }),
    ),
    stale_after: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        title: 'Stale after',
        description: 'Seconds of silence after which the machine is shown as stale. Default: stale_after of the panel.',
      }),
    ),
    events_per_second: Type.Optional(
      Type.Integer({
        minimum: 10,
        maximum: 1_000_000,
        title: 'Events per second',
        description: 'Most events a second that are taken of it. Default: machine_events_per_second of the panel.',
      }),
    ),
    pace: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 60_000,
        title: 'Pace',
        description: 'Milliseconds between two commands, for a machine that reads slowly.',
      }),
    ),
    stop: Type.Optional(StopDescriptionSchema),
    commands: Type.Optional(
      named(CommandDescriptionSchema, {
        title: 'Commands',
        description: 'Commands that operators may give, by the event that is sent to the machine.',
      }),
    ),
    alarm_states: Type.Optional(
      Type.Array(name(), {
        maxItems: 100,
        title: 'Alarm states',
        description: 'States that are an alarm while the machine is in one of them.',
      }),
    ),
    states: Type.Optional(
      named(
        Type.Object(
          {
            to: Type.Optional(
              named(name({ title: 'State', description: 'The state that it leads to.' }), {
                title: 'To',
                description: 'Where this state leads: trigger → next state.',
              }),
            ),
          },
          { ...strict, title: 'State', description: 'A state of the machine.' },
        ),
        { title: 'States', description: 'The states, for the state diagram. Default: those that were seen.' },
      ),
    ),
    devices: Type.Optional(
      named(DeviceDescriptionSchema, { title: 'Devices', description: 'The devices of the machine, by id.' }),
    ),
  },
  { ...strict, title: 'Machine', description: 'A machine, or with the name of a template, each of its instances.' },
)
export type MachineDescription = Type.Static<typeof MachineDescriptionSchema>

export const InterlockSchema = Type.Object(
  {
    name: name({ title: 'Name', description: 'Its own; no two interlocks have the same.' }),
    machine: name({
      title: 'Machine',
      description:
        'Whose commands it refuses. The name of a template (press) means each instance (press_001); so it does in its conditions.',
    }),
    device: Type.Optional(
      name({ title: 'Device', description: 'Only commands to this device. Default: all commands of the machine.' }),
    ),
    commands: Type.Optional(
      Type.Array(name(), {
        minItems: 1,
        maxItems: 100,
        title: 'Commands',
        description: 'Only commands of these types. Default: all.',
      }),
    ),
    when: Type.Array(ConditionSchema, {
      minItems: 1,
      maxItems: 20,
      title: 'When',
      description: 'Refuses while every one of these holds.',
    }),
    reason: Type.String({ minLength: 1, maxLength: 300, title: 'Reason', description: 'What the operator reads.' }),
  },
  { ...strict, title: 'Interlock', description: 'Refuses commands while its conditions hold, and says why.' },
)
export type Interlock = Type.Static<typeof InterlockSchema>

export const GroupMemberSchema = Type.Object(
  {
    machine: name({ title: 'Machine', description: 'The machine that the device belongs to.' }),
    device: name({ title: 'Device', description: 'The id of the device.' }),
  },
  { ...strict, title: 'Member', description: 'A device of a machine.' },
)
export type GroupMember = Type.Static<typeof GroupMemberSchema>

const seconds = (words: Words) => Type.Optional(Type.Number({ minimum: 0, maximum: 86_400, ...words }))

/** What is to be said of one alarm; its id is what the alarm list shows, like cell_1/motor_01/speed/high. */
export const AlarmDescriptionSchema = Type.Object(
  {
    label: label('alarm'),
    priority: Type.Optional(
      Type.Enum(PRIORITIES, {
        title: 'Priority',
        description:
          'critical, high, medium or low. Default: high for errors, alarm states, high_high and low_low, low for bad quality, medium for everything else.',
      }),
    ),
    help: Type.Optional(
      Type.String({ maxLength: 1_000, title: 'Help', description: 'What it means: cause and consequence.' }),
    ),
    action: Type.Optional(
      Type.String({ maxLength: 1_000, title: 'Action', description: 'What the operator should do about it.' }),
    ),
    latch: Type.Optional(
      Type.Boolean({
        title: 'Latch',
        description: 'It stays until an operator resets it, also once its condition is over. Default: false.',
      }),
    ),
    on_delay: seconds({
      title: 'On-delay',
      description: 'Seconds for which the condition must hold before it is an alarm. Default: 0.',
    }),
    off_delay: seconds({
      title: 'Off-delay',
      description: 'Seconds for which the condition must be over before the alarm clears. Default: 0.',
    }),
    suppressed_while: Type.Optional(
      Type.Array(ConditionSchema, {
        minItems: 1,
        maxItems: 20,
        title: 'Suppressed while',
        description: 'It is suppressed by design while every one of these holds.',
      }),
    ),
  },
  { ...strict, title: 'Alarm', description: 'What is to be said of an alarm.' },
)
export type AlarmDescription = Type.Static<typeof AlarmDescriptionSchema>

const ALARM_ID = `^${NAME_CHARACTERS}{1,500}$`

/** What the plant consists of. Nothing in it is needed: what is not described is discovered from events. */
export const PlantSchema = Type.Object(
  {
    machines: Type.Optional(
      named(MachineDescriptionSchema, {
        title: 'Machines',
        description:
          'Machines by name. The name of a template (press) describes each instance (press_001) that is not described itself.',
      }),
    ),
    groups: Type.Optional(
      named(
        Type.Array(GroupMemberSchema, {
          minItems: 1,
          maxItems: 200,
          title: 'Group',
          description: 'The devices of the group.',
        }),
        { title: 'Groups', description: 'Devices that one command can address together, by the name of the group.' },
      ),
    ),
    alarms: Type.Optional(
      Type.Record(Type.String({ pattern: ALARM_ID }), AlarmDescriptionSchema, {
        ...strict,
        title: 'Alarms',
        description:
          'Alarms by their ids, as the alarm list shows them: cell_1/motor_01/speed/high, lamp/error, lamp/stale. The name of a template in place of the machine means each instance.',
      }),
    ),
    shelve_max: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 604_800,
        title: 'Longest shelving',
        description: 'Seconds for which an operator may shelve an alarm at most. Default: 28800, eight hours.',
      }),
    ),
    interlocks: Type.Optional(
      Type.Array(InterlockSchema, {
        maxItems: 500,
        title: 'Interlocks',
        description: 'What refuses commands, and when.',
      }),
    ),
  },
  strict,
)
export type Plant = Type.Static<typeof PlantSchema>
