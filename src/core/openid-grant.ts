import type { Role, Scope } from '../shared/account.ts'
import { isAtLeast } from './rights.ts'

/** What the provider says of somebody; already checked, but everything in it is text of others. */
export type OpenIdClaims = Readonly<Record<string, unknown>> & { readonly sub: string }

export interface OpenIdRules {
  /** Name of the claim; where there is none of that name, dots lead into objects: `realm_access.roles`. */
  readonly roleClaim: string
  readonly roles: ReadonlyMap<string, Role>
  /** For whom no value of the claim is known; null: they are refused. */
  readonly defaultRole: Role | null
  /** By the same values; null: everybody may see the whole plant. A value may stand for the whole plant (null), too. */
  readonly scopes: ReadonlyMap<string, Scope | null> | null
}

export interface OpenIdGrant {
  readonly role: Role
  readonly scope: Scope | null
}

/** The highest role and all scopes that somebody's values stand for; null: nobody to the panel. */
export function grantOf(claims: OpenIdClaims, rules: OpenIdRules): OpenIdGrant | null {
  const values = valuesOf(claimOf(claims, rules.roleClaim))
  let role = rules.defaultRole
  for (const value of values) {
    const given = rules.roles.get(value)
    if (given !== undefined && (role === null || isAtLeast(given, role))) role = given
  }
  if (role === null) return null
  // One who could change their own scope has none.
  if (role === 'administrator' || rules.scopes === null) return { role, scope: null }
  const given = values.flatMap((value) => {
    const scope = rules.scopes?.get(value)
    return scope === undefined ? [] : [scope]
  })
  if (given.length === 0) return null
  return { role, scope: given.includes(null) ? null : union(given) }
}

/** True where the claim is there, whatever it says. */
export function hasClaim(claims: Readonly<Record<string, unknown>>, name: string): boolean {
  return claimOf(claims, name) !== undefined
}

/** A name for a new account that an account may have, in small letters, and what others read. */
export function namesOf(claims: OpenIdClaims): { readonly name: string; readonly displayName: string } {
  const texts = [claims['preferred_username'], claims['email'], claims['name'], claims.sub]
  const wanted = texts.find((text): text is string => typeof text === 'string' && text.trim() !== '') ?? ''
  const name = wanted
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9._@-]+/g, '-')
    .replaceAll(/^[^a-z0-9]+|-+$/g, '')
    .slice(0, 56)
  const shown = typeof claims['name'] === 'string' ? claims['name'] : wanted
  const displayName = Array.from(shown.replaceAll(/\p{C}/gu, '').trim()).slice(0, 64).join('')
  return { name: name || 'openid', displayName: displayName || name || 'OpenID' }
}

function claimOf(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name]
  return name.split('.').reduce<unknown>((inside, key) => (has(inside, key) ? inside[key] : undefined), claims)
}

function has(value: unknown, key: string): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
}

/** One text or a list of them; some providers have it as one text. */
function valuesOf(claim: unknown): string[] {
  return [claim].flat().filter((value): value is string => typeof value === 'string')
}

function union(scopes: readonly (Scope | null)[]): Scope {
  return {
    machines: [...new Set(scopes.flatMap((scope) => scope?.machines ?? []))],
    groups: [...new Set(scopes.flatMap((scope) => scope?.groups ?? []))],
  }
}
