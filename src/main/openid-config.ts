import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { OpenIdRules } from '../core/openid-grant.ts'
import type { OwnNames } from './adapters/origin.ts'
import type { OpenIdSettings } from './openid-schema.ts'
import { UsageError } from './usage-error.ts'

/** Where the secret of the client may also come from. */
export const SECRET_VARIABLE = 'ANDON_OPENID_SECRET'

/** A shift: who has lost a role at the provider keeps it here no longer than that. */
const SIGN_IN_HOURS = 12

/** Signing in by OpenID Connect, checked and complete. */
export interface OpenIdConfig {
  readonly issuer: string
  readonly clientId: string
  /** A function, so that nobody writes it down by accident; null: the panel has none. */
  readonly clientSecret: (() => string) | null
  /** An origin. */
  readonly panel: string
  readonly label: string | null
  readonly request: readonly string[]
  /** How long a sign-in lasts at most, milliseconds. */
  readonly signInMs: number
  readonly rules: OpenIdRules
}

/** Throws a {@link UsageError}: the panel's address is none of its own, the secret cannot be read. */
export function openIdConfig(
  settings: OpenIdSettings,
  file: string,
  names: OwnNames,
  env: NodeJS.ProcessEnv = process.env,
): OpenIdConfig {
  const { origin, hostname } = new URL(settings.panel)
  if (!names.includes(hostname)) {
    throw new UsageError(
      `${file}: "openid.panel" ${origin} is no name of this panel. Add it to allowed_hosts, or correct it.`,
    )
  }
  return {
    issuer: settings.issuer,
    clientId: settings.client_id,
    clientSecret: secretOf(settings, file, env),
    panel: origin,
    label: settings.label ?? null,
    request: settings.request ?? ['profile'],
    signInMs: (settings.sign_in_hours ?? SIGN_IN_HOURS) * 3_600_000,
    rules: {
      roleClaim: settings.role_claim ?? 'roles',
      roles: new Map(Object.entries(settings.roles ?? {})),
      defaultRole: settings.default_role ?? null,
      scopes: settings.scopes === undefined ? null : scopesOf(settings.scopes),
    },
  }
}

function scopesOf(scopes: NonNullable<OpenIdSettings['scopes']>): NonNullable<OpenIdRules['scopes']> {
  return new Map(
    Object.entries(scopes).map(([value, scope]) => [
      value,
      scope === 'all' ? null : { machines: scope.machines ?? [], groups: scope.groups ?? [] },
    ]),
  )
}

function secretOf(
  { client_secret_file: path }: OpenIdSettings,
  file: string,
  env: NodeJS.ProcessEnv,
): (() => string) | null {
  const given = env[SECRET_VARIABLE]
  if (path !== undefined && given !== undefined) {
    throw new UsageError(`${file}: "openid.client_secret_file" and ${SECRET_VARIABLE} are both given. Leave one out.`)
  }
  if (path === undefined) return given ? () => given : null
  const secret = read(resolve(path), file).trim()
  if (secret === '') throw new UsageError(`${file}: "openid.client_secret_file" ${path} is empty.`)
  return () => secret
}

function read(path: string, file: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(`${file}: "openid.client_secret_file" cannot be read: ${why}`)
  }
}
