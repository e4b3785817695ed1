import Type from 'typebox'
import { COMMAND_TIMEOUT_MS } from '../../../shared/command.ts'

const wait = Type.Optional(
  Type.Boolean({
    description:
      '0: answer at once, with 202 and the id of the command where the machine has not decided yet. Default: 1, wait for the machine.',
  }),
)
const timeout = Type.Optional(
  Type.Number({
    minimum: 0.1,
    maximum: COMMAND_TIMEOUT_MS.most / 1000,
    description: 'Seconds within which the machine must confirm. Default: 15 for a device, 10 for a machine.',
  }),
)
const confirmed = Type.Optional(
  Type.Boolean({ description: '1: yes, also where an operator would be asked a second time.' }),
)

const strict = { additionalProperties: false } as const

/** How a command is asked for. */
export const WishQuerySchema = Type.Object({ wait, timeout, confirmed }, strict)
export type WishQuery = Type.Static<typeof WishQuerySchema>

const machine = Type.Optional(
  Type.String({ minLength: 1, description: 'The machine of the device, where several have one of this id.' }),
)
export const DeviceQuerySchema = Type.Object({ machine }, strict)
export const DeviceWishQuerySchema = Type.Object({ machine, wait, timeout, confirmed }, strict)

/** Stop needs nobody's leave. */
export const StopQuerySchema = Type.Object({ wait }, strict)

/** Room is left for what tells the commands of one request from each other. */
const KEY = '^(?:[A-Za-z0-9_-]{8,58}|"[A-Za-z0-9_-]{8,58}")$'

/** Names of headers arrive in small letters. */
export const WishHeadersSchema = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      pattern: KEY,
      description:
        'The id of the command, chosen by whoever asks: 8 to 58 letters, digits, _ and -. The same id is executed once; asking again with it answers the same.',
    }),
  ),
})
export type WishHeaders = Type.Static<typeof WishHeadersSchema>
