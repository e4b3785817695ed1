import type { FastifyReply, FastifyRequest } from 'fastify'
import type { IncomingHttpHeaders } from 'node:http'
import type { Access } from '../../../core/access.ts'
import type { Visitor } from '../../../core/entrance.ts'
import type { Credentials, Gate } from '../../../core/gate.ts'
import { type Action, forbiddenMessage } from '../../../core/rights.ts'
import { ABSOLUTE_MS } from '../../../core/sign-ins.ts'
import { ApiError } from './api-error.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers without an identity. */
    readonly open?: true
  }
}

/** In place of an address: no socket has it, so that nobody can pose as the machine's own display. */
export const WINDOW_ADDRESS = 'window'

const accesses = new WeakMap<FastifyRequest, Access>()

/** Who asks. Only on routes that need an identity; {@link requireIdentity} has looked. */
export function accessOf(request: FastifyRequest): Access {
  const access = accesses.get(request)
  if (!access) throw new Error(`${request.method} ${request.url} was let in without an identity`)
  return access
}

/** The access of a request to an open route, where there is one. */
export function maybeAccessOf(request: FastifyRequest): Access | undefined {
  return accesses.get(request)
}

/** Who asks, where they may do this. Throws an {@link ApiError}. */
export function requireRight(request: FastifyRequest, action: Action): Access {
  const access = accessOf(request)
  if (access.may(action)) return access
  throw new ApiError(403, 'forbidden', forbiddenMessage(access.role, action))
}

/**
 * Looks who asks. Every route needs an identity but for those that say that they are open, and the files of the page.
 * Throws an {@link ApiError}.
 */
export function requireIdentity(gate: Pick<Gate, 'identify'>, request: FastifyRequest, reply: FastifyReply): void {
  const { url, config } = request.routeOptions
  // Nothing was found, or a file of the page: `/*` and what the router makes of it.
  if (url === undefined || url === '/*' || url === '/') return
  const shown = credentialsOf(request)
  const known = gate.identify(shown)
  if (known.kind === 'known') {
    accesses.set(request, known.access)
    if (known.fresh !== null) setCookie(request, reply, known.fresh)
    if (known.access.by === 'sign_in') requireOwnPage(request)
    return
  }
  if (config.open) return
  void reply.header('WWW-Authenticate', 'Bearer')
  throw new ApiError(401, 'sign_in_required', 'Sign in first, or send a token: Authorization: Bearer andon_pat_…')
}

/**
 * A browser sends its cookie along with whatever page asks: what changes something must come from our own page, and say
 * so. That an origin is ours is looked at before; here it must be there.
 */
function requireOwnPage({ method, headers, socket }: FastifyRequest): void {
  if (method === 'GET' || method === 'HEAD' || socket.remoteAddress === WINDOW_ADDRESS) return
  if (headers.origin !== undefined) return
  throw new ApiError(403, 'origin_refused', 'A request with a cookie must say its origin. Programs use a token.')
}

export function visitorOf(request: FastifyRequest): Visitor {
  const { cookie, address, local } = credentialsOf(request)
  return { cookie, address, local, agent: (request.headers['user-agent'] ?? '').slice(0, 200) }
}

export function credentialsOf({ headers, socket, method }: FastifyRequest): Credentials {
  const local = socket.remoteAddress === WINDOW_ADDRESS
  return { ...shownIn(headers, socket.localPort, socket.remoteAddress), local, rotate: method !== 'HEAD' }
}

/** What somebody shows in the headers of a request. */
export function shownIn(
  headers: IncomingHttpHeaders,
  port: number | undefined,
  address: string | undefined,
): Pick<Credentials, 'cookie' | 'bearer' | 'address'> {
  const name = cookieName(port)
  return {
    cookie: cookieIn(headers.cookie, SECURE + name) ?? cookieIn(headers.cookie, name),
    bearer: bearerIn(headers.authorization),
    address: (address ?? '').replace(/^::ffff:/, ''),
  }
}

/**
 * Gives out a sign-in's cookie, for HTTPS alone where the browser came by it; null takes it back. `overHttps`: known from
 * elsewhere, for the way back from a provider says no origin.
 */
export function setCookie(request: FastifyRequest, reply: FastifyReply, value: string | null, overHttps = false): void {
  const { protocol, headers, socket } = request
  const plain = cookieName(socket.localPort)
  const secure = SECURE + plain
  // Behind a proxy the page's origin tells: one that is not ours was refused before. What a page merely reads says none,
  // but the cookie's name says that it was given out over HTTPS.
  const isSecure =
    overHttps ||
    protocol === 'https' ||
    headers.origin?.startsWith('https:') === true ||
    cookieIn(headers.cookie, secure) !== null
  const age = value === null ? 0 : Math.floor(ABSOLUTE_MS / 1000)
  const attributes = `Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict`
  void reply.header(
    'Set-Cookie',
    `${isSecure ? secure : plain}=${value ?? ''}; ${attributes}${isSecure ? '; Secure' : ''}`,
  )
  // Else one of the same name's plain HTTP would count in its place.
  if (isSecure && value === null) void reply.header('Set-Cookie', `${plain}=; ${attributes}`)
}

/** A browser takes a cookie of such a name, and sends it, over HTTPS alone. */
const SECURE = '__Host-'

/** Cookies know no ports: two panels on one computer must not sign each other's people out. */
function cookieName(port: number | undefined): string {
  return port === undefined ? 'andon_sign_in' : `andon_sign_in_${port}`
}

export function cookieIn(header: string | undefined, name: string): string | null {
  for (const part of header?.split(';') ?? []) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim() || null
  }
  return null
}

function bearerIn(header: string | undefined): string | null {
  const [, token] = /^bearer +(\S+) *$/i.exec(header ?? '') ?? []
  // Another scheme was not meant for us and must not count as nothing.
  return token ?? (header === undefined ? null : '')
}
