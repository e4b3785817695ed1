import Type from 'typebox'

/** How the value of a setting is entered. `other`: only in the file. */
export const SETTING_KINDS = ['switch', 'integer', 'number', 'choice', 'text', 'list', 'other'] as const

const ValueSchema = Type.Union([
  Type.Boolean(),
  Type.Number(),
  Type.String(),
  Type.Array(Type.Union([Type.String(), Type.Object({})])),
  Type.Object({}),
  Type.Null(),
])

/** One setting of the panel. Null for a value: it is not set there. */
export const SettingSchema = Type.Object({
  key: Type.String(),
  title: Type.String(),
  description: Type.String({ description: 'What it is, and its default.' }),
  kind: Type.Enum(SETTING_KINDS),
  choices: Type.Optional(Type.Array(Type.String())),
  minimum: Type.Optional(Type.Number()),
  maximum: Type.Optional(Type.Number()),
  above: Type.Optional(Type.Number({ description: 'It must be greater than this.' })),
  in_force: ValueSchema,
  file: ValueSchema,
  command_line: Type.Boolean({ description: 'It was given when the panel was started, which goes before the file.' }),
})
export type Setting = Type.Static<typeof SettingSchema>

/** The settings file as it is now, and what of it is in force. */
export const SettingsViewSchema = Type.Object({
  path: Type.String(),
  version: Type.Union([Type.String(), Type.Null()], {
    description: 'Tells one content of the file from another; null: there is none.',
  }),
  problem: Type.Union([Type.String(), Type.Null()], { description: 'Why it cannot be changed from here.' }),
  waiting: Type.Array(Type.String(), { description: 'Settings that count from the next start.' }),
  can_restart: Type.Boolean(),
  settings: Type.Array(SettingSchema),
})
export type SettingsView = Type.Static<typeof SettingsViewSchema>

/** Values by key; null takes the setting out of the file. */
export const SettingChangesSchema = Type.Record(
  Type.String({ pattern: '^[a-z_]{1,40}$' }),
  Type.Union([
    Type.Boolean(),
    Type.Number(),
    Type.String({ maxLength: 4_096 }),
    Type.Array(Type.String({ maxLength: 4_096 }), { maxItems: 100 }),
    Type.Null(),
  ]),
  { minProperties: 1, maxProperties: 100 },
)
export type SettingChanges = Type.Static<typeof SettingChangesSchema>
