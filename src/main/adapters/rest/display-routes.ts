import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import type { Administration } from '../../../core/administration.ts'
import { AccountNameSchema } from '../../../shared/account.ts'
import { accessOf, visitorOf } from './identity.ts'
import { problem } from './problem-schema.ts'
import { BAD_BODY, CHANGE_PROBLEMS, NoContentSchema, PinSchema } from './sign-in-routes.ts'

const tags = ['Accounts']

const PinCheckSchema = Type.Object(
  {
    pin: PinSchema,
    name: Type.Optional({ ...AccountNameSchema, description: 'Whose it is; without, any administrator’s.' }),
  },
  { additionalProperties: false, examples: [{ pin: '…' }] },
)
const WRONG_PIN = problem('Not right', 'sign_in_failed', 'This is not the PIN of an administrator.')

/** The machine's own display, which people share. From anywhere else all of this is forbidden. */
export function displayRoutes(app: FastifyInstance, administration: Administration): void {
  app.post(
    '/api/v1/display/lock',
    {
      schema: {
        tags,
        operationId: 'lockDisplay',
        summary: 'Lock the machine’s own display',
        description: 'The plant is shown on. Whoever was there signs in again, with a PIN or a password.',
        response: { 204: NoContentSchema, ...CHANGE_PROBLEMS },
      },
    },
    async (request, reply) => {
      administration.entrance.lockDisplay(accessOf(request))
      return reply.code(204).send()
    },
  )

  app.post(
    '/api/v1/display/used',
    {
      schema: {
        tags,
        operationId: 'displayUsed',
        summary: 'Somebody does something at the machine’s own display',
        description: 'It is locked when nobody has for a while.',
        response: { 204: NoContentSchema, ...CHANGE_PROBLEMS },
      },
    },
    async (request, reply) => {
      accessOf(request).used()
      return reply.code(204).send()
    },
  )

  app.post<{ Body: Type.Static<typeof PinCheckSchema> }>(
    '/api/v1/pin-check',
    {
      config: { open: true },
      schema: {
        tags,
        operationId: 'checkPin',
        summary: 'Is this the PIN of an administrator?',
        description: 'Only at the machine’s own display. Wrong ones are counted, and all are written down.',
        body: PinCheckSchema,
        response: {
          200: Type.Object({ account: Type.String() }, { description: 'It is; whose' }),
          ...CHANGE_PROBLEMS,
          401: WRONG_PIN,
          422: BAD_BODY,
          429: problem('Locked; Retry-After says for how long', 'locked', 'Too many wrong tries. Try again later.'),
        },
      },
    },
    (request) => administration.entrance.checkPin(request.body, visitorOf(request)),
  )
}
