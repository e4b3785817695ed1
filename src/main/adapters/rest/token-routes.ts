import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import type { Administration } from '../../../core/administration.ts'
import { MaybeScopeSchema, ROLES, TokenViewSchema } from '../../../shared/account.ts'
import { accessOf } from './identity.ts'
import { FORBIDDEN, problem, SIGN_IN_REQUIRED } from './problem-schema.ts'
import { BAD_BODY, CHANGE_PROBLEMS, NoContentSchema } from './sign-in-routes.ts'

const tags = ['Accounts']

const CreateBodySchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64, description: 'What it is for.' }),
    role: Type.Enum(ROLES, { description: 'Not above one’s own.' }),
    scope: Type.Optional(MaybeScopeSchema),
    days: Type.Optional(Type.Integer({ minimum: 1, maximum: 366, default: 90, description: 'How long it is good.' })),
  },
  { additionalProperties: false, examples: [{ name: 'reports', role: 'viewer', days: 30 }] },
)
const DEFAULT_DAYS = 90

const CreatedSchema = Type.Object({
  ...TokenViewSchema.properties,
  token: Type.String({ description: 'Told this once. For the header Authorization: Bearer.' }),
})

const TOO_MANY = problem(
  'The account has too many',
  'tokens_full',
  'An account has 50 tokens at most. Revoke one that is not needed any more.',
)

/** Tokens for programs. */
export function tokenRoutes(app: FastifyInstance, administration: Administration): void {
  app.get(
    '/api/v1/tokens',
    {
      schema: {
        tags,
        operationId: 'tokens',
        summary: 'Tokens, without their secrets',
        description: 'Administrators see all of them, others their own.',
        response: {
          200: Type.Array(TokenViewSchema, { description: 'The tokens, oldest first' }),
          401: SIGN_IN_REQUIRED,
          403: FORBIDDEN,
        },
      },
    },
    (request) => administration.tokens(accessOf(request)),
  )

  app.post<{ Body: Type.Static<typeof CreateBodySchema> }>(
    '/api/v1/tokens',
    {
      schema: {
        tags,
        operationId: 'createToken',
        summary: 'Make a token for a program',
        description: 'It may never do or see more than its owner. Only somebody who has signed in can make one.',
        body: CreateBodySchema,
        response: {
          201: { ...CreatedSchema, description: 'It is made' },
          ...CHANGE_PROBLEMS,
          409: TOO_MANY,
          422: BAD_BODY,
        },
      },
    },
    async (request, reply) => {
      const { days = DEFAULT_DAYS, ...asked } = request.body
      return reply.code(201).send(await administration.createToken(accessOf(request), { ...asked, days }))
    },
  )

  app.delete<{ Params: { readonly id: string } }>(
    '/api/v1/tokens/:id',
    {
      schema: {
        tags,
        operationId: 'revokeToken',
        summary: 'Revoke a token',
        params: Type.Object({ id: Type.String() }),
        response: {
          204: NoContentSchema,
          ...CHANGE_PROBLEMS,
          404: problem('Unknown', 'not_found', 'There is no such token.'),
        },
      },
    },
    async (request, reply) => {
      await administration.revokeToken(accessOf(request), request.params.id)
      return reply.code(204).send()
    },
  )
}
