import Type from 'typebox'
import { ABSOLUTE_MS } from '../core/sign-ins.ts'
import { ROLES } from '../shared/account.ts'
import { MAX_NAME_LENGTH } from '../shared/datagram.ts'
import { named } from '../shared/plant.ts'
import { isLoopback } from './adapters/origin.ts'
import type { Mistake } from './schema-mistakes.ts'

const strict = { additionalProperties: false } as const

const names = (title: string, description: string) =>
  Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: MAX_NAME_LENGTH }), { maxItems: 500, title, description }),
  )

const ScopeSchema = Type.Union([
  Type.Literal('all'),
  Type.Object(
    {
      machines: names('Machines', 'Machines by name.'),
      groups: names('Groups', 'Groups of devices by name.'),
    },
    { ...strict, title: 'Scope', description: 'Machines and groups that may be seen.' },
  ),
])

/** Signing in by OpenID Connect. The client's secret is never in the file that everybody edits. */
export const OpenIdSchema = Type.Object(
  {
    issuer: Type.String({
      minLength: 1,
      title: 'Issuer',
      description: 'Address of the provider, as its own metadata names it; https, but on this computer.',
    }),
    client_id: Type.String({
      minLength: 1,
      title: 'Client',
      description: 'The name under which the provider knows the panel.',
    }),
    client_secret_file: Type.Optional(
      Type.String({
        minLength: 1,
        title: 'Client secret file',
        description:
          'File that holds the secret of the client and nothing else. Default: the environment’s ANDON_OPENID_SECRET; none for a public client',
      }),
    ),
    panel: Type.String({
      minLength: 1,
      title: 'Panel',
      description:
        'Where browsers find the panel, like https://panel.example; the provider must know it with /api/v1/openid/callback as a redirect URI.',
    }),
    label: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, title: 'Label', description: 'What stands on the button.' }),
    ),
    request: Type.Optional(
      Type.Array(Type.String({ pattern: '^[\\x21\\x23-\\x5B\\x5D-\\x7E]+$' }), {
        title: 'Request',
        description: 'The scopes that the provider is asked for beside openid. Default: profile',
      }),
    ),
    sign_in_hours: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: ABSOLUTE_MS / 3_600_000,
        title: 'Hours of a sign-in',
        description:
          'Hours after which people must sign in again, so that what the provider says of them counts. Default: 12',
      }),
    ),
    role_claim: Type.Optional(
      Type.String({
        minLength: 1,
        title: 'Role claim',
        description:
          'The claim that roles and scopes are found by; dots lead into objects: realm_access.roles. Default: roles',
      }),
    ),
    roles: Type.Optional(
      named(Type.Enum(ROLES), {
        title: 'Roles',
        description: 'The role that each value of the claim stands for; the highest one counts.',
      }),
    ),
    default_role: Type.Optional(
      Type.Enum(ROLES, {
        title: 'Default role',
        description: 'The role of everybody else whom the provider knows. Default: they are refused',
      }),
    ),
    scopes: Type.Optional(
      named(ScopeSchema, {
        title: 'Scopes',
        description:
          'What of the plant each value of the claim stands for, or all; whoever has none is refused. Default: everybody sees the whole plant',
      }),
    ),
  },
  { ...strict, title: 'OpenID Connect', description: 'Signing in with the accounts of a provider. Default: none' },
)
export type OpenIdSettings = Type.Static<typeof OpenIdSchema>

/** What the schema cannot say. */
export function openIdMistakes({ issuer, panel, roles = {}, default_role: other }: OpenIdSettings): Mistake[] {
  const mistakes: Mistake[] = []
  const wrong = (key: string, text: string) => mistakes.push({ keys: ['openid', key], text })
  if (!isSecure(issuer)) wrong('issuer', `must be an https address, ${OR_LOOPBACK}, not "${issuer}"`)
  else if (/[?#]/.test(issuer)) wrong('issuer', `must be an address without "?" and "#", not "${issuer}"`)
  if (!isSecure(panel)) wrong('panel', `must be an https address, ${OR_LOOPBACK}, not "${panel}"`)
  else if (new URL(panel).href !== `${new URL(panel).origin}/`)
    wrong('panel', `must be scheme, name and port alone, like ${new URL(panel).origin}`)
  if (Object.keys(roles).length === 0 && other === undefined)
    mistakes.push({ keys: ['openid'], text: 'needs roles, or default_role: else nobody could sign in' })
  return mistakes
}

const OR_LOOPBACK = 'or http on this computer (localhost, 127.0.0.1)'

function isSecure(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname, username, password } = new URL(address)
  if (username !== '' || password !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}
