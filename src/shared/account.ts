import Type from 'typebox'
import { MAX_NAME_LENGTH } from './datagram.ts'

/** What somebody is to the panel; each may do what those before it may, and more. See `src/core/rights.ts`. */
export const ROLES = ['viewer', 'operator', 'engineer', 'administrator'] as const
export type Role = (typeof ROLES)[number]

/** What somebody may do or be kept from; from which role on is said by `src/core/rights.ts`. */
export const ACTIONS = [
  'view',
  'export',
  'own_account',
  'control',
  'command',
  'write',
  'stop',
  'alarm_acknowledge',
  'alarm_shelve',
  'diagnostics',
  'metrics',
  'ingest',
  'alarm_service',
  'accounts',
  'sessions',
  'audit',
  'settings',
] as const
export type Action = (typeof ACTIONS)[number]

/** Machines and groups of devices by name; what they name may appear later. */
export const ScopeSchema = Type.Object(
  {
    machines: Type.Array(Type.String({ minLength: 1, maxLength: MAX_NAME_LENGTH }), { maxItems: 500 }),
    groups: Type.Array(Type.String({ minLength: 1, maxLength: MAX_NAME_LENGTH }), { maxItems: 500 }),
  },
  { additionalProperties: false },
)
export type Scope = Type.Static<typeof ScopeSchema>

/** Null: the whole plant. */
export const MaybeScopeSchema = Type.Union([ScopeSchema, Type.Null()], {
  description: 'What of the plant; null: all of it.',
})

/** What one signs in with: upper and lower case are alike. */
export const AccountNameSchema = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[A-Za-z0-9][A-Za-z0-9._@-]*$',
  description: 'Letters, digits and . _ @ -; upper and lower case are alike.',
})

/** Long enough that guessing is no way in (NIST SP 800-63B); the most bounds what is hashed. */
export const PASSWORD_LENGTH = { least: 10, most: 256 } as const

const Time = (description: string) => Type.Integer({ description: `${description}, epoch milliseconds.` })
const MaybeTime = (description: string) =>
  Type.Union([Type.Integer(), Type.Null()], { description: `${description}, epoch milliseconds.` })

/** An account, as administrators see it. */
export const AccountViewSchema = Type.Object({
  name: Type.String(),
  display_name: Type.String(),
  role: Type.Enum(ROLES),
  scope: MaybeScopeSchema,
  disabled: Type.Boolean(),
  locked_until: MaybeTime('Too many wrong passwords: nobody gets in before then'),
  pin: Type.Boolean({ description: 'It has a PIN for the machine’s own display.' }),
  created: Time('When it was made'),
  by: Type.Enum(['password', 'openid'] as const, { description: 'How one signs in with it.' }),
})
export type AccountView = Type.Static<typeof AccountViewSchema>

/** A browser that is signed in. */
export const SignInViewSchema = Type.Object({
  id: Type.String(),
  account: Type.String(),
  created: Time('When it signed in'),
  last_used: Time('When somebody last did something'),
  expires: Time('When it ends at the latest'),
  address: Type.String(),
  agent: Type.String(),
  current: Type.Boolean({ description: 'It is the one that asks.' }),
})
export type SignInView = Type.Static<typeof SignInViewSchema>

/** A personal access token, without its secret. */
export const TokenViewSchema = Type.Object({
  id: Type.String(),
  account: Type.String(),
  name: Type.String(),
  role: Type.Enum(ROLES),
  scope: MaybeScopeSchema,
  created: Time('When it was made'),
  expires: Time('When it ends'),
  last_used: MaybeTime('When it was last used'),
  revoked: MaybeTime('When it was revoked'),
})
export type TokenView = Type.Static<typeof TokenViewSchema>

/** Who one is to the panel. */
export const MeSchema = Type.Object({
  account: Type.Union([Type.String(), Type.Null()], { description: 'Null: whoever is at the machine, unnamed.' }),
  display_name: Type.String(),
  role: Type.Enum(ROLES),
  scope: MaybeScopeSchema,
  by: Type.Enum(['open', 'local_display', 'locked', 'sign_in', 'token'] as const, {
    description: 'How the panel knows.',
  }),
  may: Type.Array(Type.Enum(ACTIONS), { description: 'What they may do; the panel refuses the rest.' }),
  pin: Type.Boolean({ description: 'Their account has a PIN.' }),
  lockable: Type.Boolean({ description: 'The machine’s own display, which locks when nobody does anything.' }),
  locked_for: Type.Union([Type.Object({ account: Type.String(), display_name: Type.String() }), Type.Null()], {
    description: 'The display is locked, and this one was there.',
  }),
})
export type Me = Type.Static<typeof MeSchema>

/** What a page must know before it knows anybody. */
export const SignInStateSchema = Type.Object({
  required: Type.Boolean({ description: 'Nothing is shown without an identity.' }),
  first_administrator: Type.Boolean({ description: 'There is no account yet.' }),
  code_needed: Type.Boolean({ description: 'The first administrator needs the code that the panel has printed.' }),
  kiosk: Type.Boolean({ description: 'The window is a kiosk, and an administrator’s PIN leaves it.' }),
  openid: Type.Optional(
    Type.Object(
      {
        label: Type.Union([Type.String(), Type.Null()], {
          description: 'What stands on the button; null: nothing special.',
        }),
        url: Type.String({ description: 'Where a browser goes to sign in so.' }),
        reachable: Type.Boolean({ description: 'The provider answers.' }),
      },
      { description: 'Signing in by OpenID Connect; missing where there is no such way.' },
    ),
  ),
})
export type SignInState = Type.Static<typeof SignInStateSchema>

/** Why signing in by OpenID Connect came to nothing, as the page is told. */
export const OPENID_REFUSALS = ['unreachable', 'expired', 'denied', 'failed', 'no_role', 'disabled', 'first'] as const
export type OpenIdRefusal = (typeof OPENID_REFUSALS)[number]
/** What looking through the audit's chain came to. */
export const AuditVerdictSchema = Type.Object({
  ok: Type.Boolean(),
  count: Type.Integer({ description: 'How many rows are as they were.' }),
  hash: Type.Union([Type.String(), Type.Null()], { description: 'Of the last row, where all are.' }),
  problem: Type.Union([Type.String(), Type.Null()], { description: 'What is wrong, for people.' }),
})
export type AuditVerdict = Type.Static<typeof AuditVerdictSchema>

/** One row of the audit: who did what, from where, and what came of it. */
export const AuditRowSchema = Type.Object({
  number: Type.Integer({ description: 'From 1, without gaps.' }),
  time: Time('When'),
  who: Type.String({ description: 'Account, or what stands for it.' }),
  from: Type.String({ description: 'Address, or local display.' }),
  action: Type.String(),
  target: Type.String({ description: 'What it was done to.' }),
  old: Type.Union([Type.String(), Type.Null()], { description: 'What it was before, as JSON.' }),
  new: Type.Union([Type.String(), Type.Null()], { description: 'What it was to become, as JSON.' }),
  result: Type.String({ description: '`done`, or why not.' }),
  hash: Type.String({ description: 'SHA-256 of the hash before and this row.' }),
})
export type AuditRow = Type.Static<typeof AuditRowSchema>

/** What signing out answers to whoever had signed in by OpenID Connect. */
export const SignedOutSchema = Type.Object(
  {
    end_session_url: Type.String({
      description: 'Where the browser signs out at the provider of OpenID Connect, too.',
    }),
  },
  {
    description: 'Done here; one had signed in by OpenID Connect',
    examples: [{ end_session_url: 'https://login.example/end-session' }],
  },
)
