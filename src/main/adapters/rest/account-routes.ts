import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import type { Administration } from '../../../core/administration.ts'
import {
  AccountNameSchema,
  AccountViewSchema,
  MaybeScopeSchema,
  ROLES,
  SignInViewSchema,
} from '../../../shared/account.ts'
import { accessOf } from './identity.ts'
import { FORBIDDEN, problem, SIGN_IN_REQUIRED } from './problem-schema.ts'
import {
  BAD_BODY,
  CHANGE_PROBLEMS,
  MaybePinSchema,
  NewPasswordSchema,
  NoContentSchema,
  PASSWORD_REFUSED,
  PIN_REFUSED,
} from './sign-in-routes.ts'

const tags = ['Accounts']
const strict = { additionalProperties: false } as const

const DisplayNameSchema = Type.String({ minLength: 1, maxLength: 64, description: 'What others read.' })
const AddBodySchema = Type.Object(
  {
    name: AccountNameSchema,
    display_name: Type.Optional(DisplayNameSchema),
    password: NewPasswordSchema,
    role: Type.Enum(ROLES),
    scope: Type.Optional(MaybeScopeSchema),
  },
  { ...strict, examples: [{ name: 'boris', password: '…', role: 'operator', scope: null }] },
)
const ChangeBodySchema = Type.Object(
  {
    display_name: Type.Optional(DisplayNameSchema),
    role: Type.Optional(Type.Enum(ROLES)),
    scope: Type.Optional(MaybeScopeSchema),
    disabled: Type.Optional(Type.Boolean({ description: 'false also lets in whoever is locked out.' })),
  },
  { ...strict, examples: [{ role: 'viewer' }] },
)
const PinBodySchema = Type.Object({ pin: MaybePinSchema }, strict)
const PasswordBodySchema = Type.Object({ password: NewPasswordSchema }, strict)

const params = Type.Object({ name: Type.String({ description: 'Name of the account.' }) })
interface Params {
  readonly name: string
}

const UNKNOWN = problem('Unknown account', 'account_unknown', 'There is no such account.')
const REFUSED = problem(
  'It cannot be done; the code says why',
  'last_administrator',
  'This is the last administrator with a password. Make another one first.',
)

/** Accounts and the browsers that are signed in. */
export function accountRoutes(app: FastifyInstance, administration: Administration): void {
  app.get(
    '/api/v1/accounts',
    {
      schema: {
        tags,
        operationId: 'accounts',
        summary: 'All accounts',
        response: {
          200: Type.Array(AccountViewSchema, { description: 'The accounts by name' }),
          401: SIGN_IN_REQUIRED,
          403: FORBIDDEN,
        },
      },
    },
    (request) => administration.accounts(accessOf(request)),
  )

  app.post<{ Body: Type.Static<typeof AddBodySchema> }>(
    '/api/v1/accounts',
    {
      schema: {
        tags,
        operationId: 'addAccount',
        summary: 'Make an account',
        body: AddBodySchema,
        response: {
          201: { ...AccountViewSchema, description: 'It is made' },
          ...CHANGE_PROBLEMS,
          409: REFUSED,
          422: PASSWORD_REFUSED,
        },
      },
    },
    async (request, reply) => reply.code(201).send(await administration.addAccount(accessOf(request), request.body)),
  )

  app.patch<{ Params: Params; Body: Type.Static<typeof ChangeBodySchema> }>(
    '/api/v1/accounts/:name',
    {
      schema: {
        tags,
        operationId: 'changeAccount',
        summary: 'Change an account',
        description: 'Counts at once: whoever is signed in with it gets other rights, or is signed out.',
        params,
        body: ChangeBodySchema,
        response: {
          200: { ...AccountViewSchema, description: 'As it is now' },
          ...CHANGE_PROBLEMS,
          404: UNKNOWN,
          409: REFUSED,
          422: BAD_BODY,
        },
      },
    },
    (request) => {
      const { display_name: displayName, ...change } = request.body
      return administration.changeAccount(accessOf(request), request.params.name, { ...change, displayName })
    },
  )

  app.post<{ Params: Params; Body: Type.Static<typeof PasswordBodySchema> }>(
    '/api/v1/accounts/:name/password',
    {
      schema: {
        tags,
        operationId: 'setPassword',
        summary: 'Give an account another password',
        description: 'Signs its browsers out, and lets in whoever is locked out.',
        params,
        body: PasswordBodySchema,
        response: { 204: NoContentSchema, ...CHANGE_PROBLEMS, 404: UNKNOWN, 422: PASSWORD_REFUSED },
      },
    },
    async (request, reply) => {
      await administration.setPassword(accessOf(request), request.params.name, request.body.password)
      return reply.code(204).send()
    },
  )

  app.post<{ Params: Params; Body: Type.Static<typeof PinBodySchema> }>(
    '/api/v1/accounts/:name/pin',
    {
      schema: {
        tags,
        operationId: 'setPin',
        summary: 'Give an account another PIN, or take it away',
        params,
        body: PinBodySchema,
        response: { 204: NoContentSchema, ...CHANGE_PROBLEMS, 404: UNKNOWN, 422: PIN_REFUSED },
      },
    },
    async (request, reply) => {
      await administration.setPin(accessOf(request), request.params.name, request.body.pin)
      return reply.code(204).send()
    },
  )

  app.delete<{ Params: Params }>(
    '/api/v1/accounts/:name',
    {
      schema: {
        tags,
        operationId: 'deleteAccount',
        summary: 'Delete an account',
        description: 'With its tokens; its browsers are signed out.',
        params,
        response: { 204: NoContentSchema, ...CHANGE_PROBLEMS, 404: UNKNOWN, 409: REFUSED },
      },
    },
    async (request, reply) => {
      await administration.deleteAccount(accessOf(request), request.params.name)
      return reply.code(204).send()
    },
  )

  app.get(
    '/api/v1/sessions',
    {
      schema: {
        tags,
        operationId: 'sessions',
        summary: 'Browsers that are signed in',
        description: 'Administrators see all of them, others their own.',
        response: {
          200: Type.Array(SignInViewSchema, { description: 'The browsers, used longest ago first' }),
          401: SIGN_IN_REQUIRED,
          403: FORBIDDEN,
        },
      },
    },
    (request) => administration.signIns(accessOf(request)),
  )

  app.delete<{ Params: { readonly id: string } }>(
    '/api/v1/sessions/:id',
    {
      schema: {
        tags,
        operationId: 'endSession',
        summary: 'Sign a browser out',
        params: Type.Object({ id: Type.String() }),
        response: {
          204: NoContentSchema,
          ...CHANGE_PROBLEMS,
          404: problem('Unknown', 'not_found', 'There is no such session.'),
        },
      },
    },
    async (request, reply) => {
      await administration.endSignIn(accessOf(request), request.params.id)
      return reply.code(204).send()
    },
  )
}
