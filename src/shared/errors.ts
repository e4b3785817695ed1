import Type from 'typebox'

/** The closed set of errors that leave the process. Messages are safe to show: no stack, no path, no foreign text. */
export const ERROR_CODES = [
  'bad_json',
  'bad_message',
  'hello_expected',
  'hello_repeated',
  'channel_unknown',
  'channel_limit',
  'rate_limited',
  'not_subscribed',
  'no_consumer',
  'position_unknown',
  'device_unknown',
  'device_ambiguous',
  'machine_unknown',
  'command_invalid',
  'not_in_control',
  'control_busy',
  'reason_missing',
  'forbidden',
  'internal',
] as const
export type ErrorCode = (typeof ERROR_CODES)[number]

export const AndonErrorSchema = Type.Object({
  code: Type.Enum(ERROR_CODES),
  message: Type.String(),
})
export type AndonError = Type.Static<typeof AndonErrorSchema>
