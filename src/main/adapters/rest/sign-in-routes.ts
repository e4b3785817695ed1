import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import type { Administration } from '../../../core/administration.ts'
import type { OpenIdSignIns } from '../../../core/openid-sign-ins.ts'
import {
  AccountNameSchema,
  MeSchema,
  PASSWORD_LENGTH,
  SignedOutSchema,
  SignInStateSchema,
} from '../../../shared/account.ts'
import { accessOf, maybeAccessOf, setCookie, visitorOf } from './identity.ts'
import { NOT_JSON, ORIGIN_REFUSED, problem, SIGN_IN_REQUIRED, TOO_LARGE } from './problem-schema.ts'

const tags = ['Accounts']
const strict = { additionalProperties: false } as const
const open = { config: { open: true } } as const

/** Bounded only above: a short one is as wrong as any other. */
const AnyPasswordSchema = Type.String({ minLength: 1, maxLength: 4 * PASSWORD_LENGTH.most })
export const NewPasswordSchema = Type.String({
  minLength: 1,
  maxLength: 4 * PASSWORD_LENGTH.most,
  description: `At least ${PASSWORD_LENGTH.least} characters.`,
})

export const PinSchema = Type.String({ minLength: 1, maxLength: 32, description: '4 to 8 digits.' })
/** Null: from now on there is none. */
export const MaybePinSchema = Type.Union([PinSchema, Type.Null()], { description: 'Null removes it.' })
export const PIN_REFUSED = problem(
  'The PIN is too easy to guess; or the body is not right',
  'pin_refused',
  'A PIN must have 4 to 8 digits.',
)

const SignInBodySchema = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 64 }), password: AnyPasswordSchema },
  { ...strict, examples: [{ name: 'anna', password: '…' }] },
)
const FirstBodySchema = Type.Object(
  {
    code: Type.Optional(
      Type.String({ maxLength: 40, description: 'Printed by the panel at its start; the window needs none.' }),
    ),
    name: AccountNameSchema,
    password: NewPasswordSchema,
  },
  { ...strict, examples: [{ code: 'ABCD-EFGH-JKMN-PQRS', name: 'anna', password: '…' }] },
)
const OwnPinBodySchema = Type.Object({ current: AnyPasswordSchema, pin: MaybePinSchema }, strict)
const OwnPasswordBodySchema = Type.Object({ current: AnyPasswordSchema, password: NewPasswordSchema }, strict)

export const PASSWORD_REFUSED = problem(
  'The password is too easy to guess; or the body is not right',
  'password_refused',
  `A password must have at least ${PASSWORD_LENGTH.least} characters.`,
)
/** What every request that changes an account may answer. */
export const CHANGE_PROBLEMS = {
  401: SIGN_IN_REQUIRED,
  403: { ...ORIGIN_REFUSED, description: 'The role does not allow it; or it comes from a page of another origin' },
  413: TOO_LARGE,
  415: NOT_JSON,
}
export const NoContentSchema = Type.Null({ description: 'Done' })
export const BAD_BODY = problem('The body is not right', 'body_invalid', 'The body is not right: must be object.')

const SignedInSchema = Type.Object({}, { description: 'Signed in; the answer brings a cookie', examples: [{}] })

/** Who one is, signing in and out. */
export function signInRoutes(app: FastifyInstance, administration: Administration, openId: OpenIdSignIns | null): void {
  app.get(
    '/api/v1/sign-in',
    {
      ...open,
      schema: {
        tags,
        operationId: 'signInState',
        summary: 'Is signing in needed?',
        description: 'Answers without an identity.',
        response: { 200: { ...SignInStateSchema, description: 'What is needed' } },
      },
    },
    (request) => {
      const { local } = visitorOf(request)
      const state = administration.entrance.signInState(local)
      return openId && !local ? { ...state, openid: openId.state } : state
    },
  )

  app.post<{ Body: Type.Static<typeof SignInBodySchema> }>(
    '/api/v1/sign-in',
    {
      ...open,
      schema: {
        tags,
        operationId: 'signIn',
        summary: 'Sign in',
        description: 'Answers without an identity. At the machine’s own display a PIN will do for a password.',
        body: SignInBodySchema,
        response: {
          200: SignedInSchema,
          401: problem('Not right', 'sign_in_failed', 'The name or the password is not right.'),
          403: ORIGIN_REFUSED,
          413: TOO_LARGE,
          415: NOT_JSON,
          422: BAD_BODY,
          429: problem('Locked; Retry-After says for how long', 'locked', 'Too many wrong passwords. Try again later.'),
          503: problem('Too many at once', 'busy', 'Too many people are signing in. Try again.'),
        },
      },
    },
    async (request, reply) => {
      const { name, password } = request.body
      setCookie(request, reply, await administration.entrance.signIn(name, password, visitorOf(request)))
      return {}
    },
  )

  app.post<{ Body: Type.Static<typeof FirstBodySchema> }>(
    '/api/v1/first-administrator',
    {
      ...open,
      schema: {
        tags,
        operationId: 'firstAdministrator',
        summary: 'Make the first administrator',
        description: 'Answers without an identity, while there is no account. From then on everybody needs one.',
        body: FirstBodySchema,
        response: {
          200: SignedInSchema,
          403: problem('Not the code; or a page of another origin', 'code_wrong', 'The code is not right, or too old.'),
          404: problem('There is one', 'not_found', 'There is an administrator already.'),
          409: problem('Somebody was faster', 'account_exists', 'There is an administrator already.'),
          413: TOO_LARGE,
          415: NOT_JSON,
          422: PASSWORD_REFUSED,
          503: problem('Nothing can be kept', 'not_lasting', 'The data folder cannot be written.'),
        },
      },
    },
    async (request, reply) => {
      setCookie(request, reply, await administration.entrance.firstAdministrator(request.body, visitorOf(request)))
      return {}
    },
  )

  app.post(
    '/api/v1/sign-out',
    {
      ...open,
      schema: {
        tags,
        operationId: 'signOut',
        summary: 'Sign out',
        description: 'Answers without an identity, too. A body is ignored.',
        response: { 200: SignedOutSchema, 204: NoContentSchema, 403: ORIGIN_REFUSED, 413: TOO_LARGE, 415: NOT_JSON },
      },
    },
    async (request, reply) => {
      const access = maybeAccessOf(request)
      const endSession = access && openId ? openId.endSessionUrl(access) : null
      if (access) administration.entrance.signOut(access)
      setCookie(request, reply, null)
      if (endSession !== null) return { end_session_url: endSession }
      return reply.code(204).send()
    },
  )

  app.get(
    '/api/v1/me',
    {
      schema: {
        tags,
        operationId: 'me',
        summary: 'Who one is',
        response: { 200: { ...MeSchema, description: 'Who asks' }, 401: SIGN_IN_REQUIRED },
      },
    },
    (request) => administration.me(accessOf(request)),
  )

  app.post<{ Body: Type.Static<typeof OwnPasswordBodySchema> }>(
    '/api/v1/me/password',
    {
      schema: {
        tags,
        operationId: 'changeOwnPassword',
        summary: 'Change one’s own password',
        description: 'Signs one’s other browsers out.',
        body: OwnPasswordBodySchema,
        response: { 204: NoContentSchema, ...CHANGE_PROBLEMS, 422: PASSWORD_REFUSED },
      },
    },
    async (request, reply) => {
      const { current, password } = request.body
      await administration.changeOwnPassword(accessOf(request), current, password)
      return reply.code(204).send()
    },
  )

  app.post<{ Body: Type.Static<typeof OwnPinBodySchema> }>(
    '/api/v1/me/pin',
    {
      schema: {
        tags,
        operationId: 'setOwnPin',
        summary: 'Set or remove one’s own PIN',
        description: 'It is good at the machine’s own display alone.',
        body: OwnPinBodySchema,
        response: { 204: NoContentSchema, ...CHANGE_PROBLEMS, 422: PIN_REFUSED },
      },
    },
    async (request, reply) => {
      const { current, pin } = request.body
      await administration.setOwnPin(accessOf(request), current, pin)
      return reply.code(204).send()
    },
  )
}
