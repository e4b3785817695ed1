import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import type { Administration } from '../../../core/administration.ts'
import { AccountNameSchema } from '../../../shared/account.ts'
import { accessOf, visitorOf } from './identity.ts'
import { problem } from './problem-schema.ts'
import { BAD_BODY, CHANGE_PROBLEMS, NoContentSchema, PinSchema } from './sign-in-routes.ts'

const tags = ['Accounts']

const LeaveSchema = Type.Object(
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

  app.post<{ Body: Type.Static<typeof LeaveSchema> }>(
    '/api/v1/kiosk/leave',
    {
      config: { open: true },
      schema: {
        tags,
        operationId: 'leaveKiosk',
        summary: 'Make the window of a kiosk an ordinary one',
        description:
          'With the PIN of an administrator, at the machine’s own display, until the next start. Wrong ones are counted and written down.',
        body: LeaveSchema,
        response: {
          200: Type.Object({ account: Type.String() }, { description: 'It is one now; whose PIN it was' }),
          ...CHANGE_PROBLEMS,
          401: WRONG_PIN,
          404: problem('There is none', 'not_found', 'This window is no kiosk.'),
          422: BAD_BODY,
          429: problem('Locked; Retry-After says for how long', 'locked', 'Too many wrong tries. Try again later.'),
        },
      },
    },
    (request) => administration.entrance.leaveKiosk(request.body, visitorOf(request)),
  )
}
