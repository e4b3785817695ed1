import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Server as SecureServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex, Readable } from 'node:stream'
import { existsSync } from 'node:fs'
import fastifyStatic from '@fastify/static'
import Fastify, { type ConnectionError, type FastifyError, type FastifyReply } from 'fastify'
import { type WebSocket, WebSocketServer } from 'ws'
import { CLOSE_CODES, type CloseCode } from '../../shared/close-codes.ts'
import { JournalError } from '../../core/journal-store.ts'
import type { Log } from '../../core/log.ts'
import type { Administration } from '../../core/administration.ts'
import { Forbidden, SignInRefused } from '../../core/refusals.ts'
import { AccountObjection } from '../../core/accounts.ts'
import type { Credentials, Gate } from '../../core/gate.ts'
import { type PanelSettings, SettingsObjection } from '../../core/panel-settings.ts'
import { PasswordsBusy } from '../../core/password.ts'
import type { OpenIdSignIns } from '../../core/openid-sign-ins.ts'
import type { AcceptAs } from '../../core/session-socket.ts'
import type { Health } from '../../shared/health.ts'
import { SECURITY_HEADERS } from '../content-security-policy.ts'
import { AddressRate } from './address-rate.ts'
import { ConnectionGate, type GateLimits } from './connection-gate.ts'
import { boundAnswer, boundedServer, type HttpTimes, secureContext } from './http-servers.ts'
import { redirectServer } from './http-redirect.ts'
import { INGEST_PATH, type IngestDoor } from './ingest-door.ts'
import { ListenError } from './listener.ts'
import type { OwnNames } from './origin.ts'
import { ApiError, errorBody, type ErrorBody } from './rest/api-error.ts'
import type { History } from './rest/history-routes.ts'
import { metricsRoutes, type MetricsText } from './rest/metrics-routes.ts'
import type { Operating } from './rest/operating.ts'
import { maybeAccessOf, requireIdentity, shownIn, WINDOW_ADDRESS } from './rest/identity.ts'
import { HEALTHZ, READYZ } from './rest/probe-schema.ts'
import { restRoutes } from './rest/routes.ts'
import type { Trends } from './rest/trend-routes.ts'
import { SCHEMA_CONTROLLER } from './rest/validation.ts'
import type { TlsCredentials } from './tls/credentials.ts'
import { TurnQueue } from './turn-queue.ts'
import { acceptWebSocket, closeWebSocket, FRAME_LIMITS } from './ws-socket.ts'

/** Path of the protocol's endpoint. */
export const WS_PATH = '/ws'

/** Half a year. Of this name alone: others of the same domain are not ours. */
const HSTS_SECONDS = 15_552_000

/** Requests, and sessions that are begun, from one address. Whoever is faster waits. */
const REQUEST_RATE = { perSecond: 500, burst: 100, waitMs: 1_000 } as const
/** A session that was closed for sending too much counts as so many: coming back is no way round its limit. */
const FLOOD_SESSIONS = 50
const SESSION_RATE = { perSecond: 20, burst: 100, waitMs: 5_000 } as const

export interface WebServerOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Folder with the built renderer. */
  readonly rendererDir: string
  readonly messageBytes: number
  readonly names: OwnNames
  readonly sockets: GateLimits
  readonly times: HttpTimes
  /** Null: plain HTTP. */
  readonly tls: TlsCredentials | null
  /** Where plain HTTP is sent on from; null: nowhere. */
  readonly redirectPort: number | null
  readonly accept: AcceptAs
  /** Says who is there. */
  readonly gate: Gate
  readonly administration: Administration
  readonly settings: PanelSettings
  /** Null where it is not configured. */
  readonly openId: OpenIdSignIns | null
  readonly ingest: Pick<IngestDoor, 'upgrade'>
  readonly health: () => Health
  readonly history: History
  readonly trends: Trends
  readonly operating: Operating
  readonly metrics: MetricsText
  readonly log: Log
  /** Why the panel cannot do its job; empty when it can. */
  readonly unready: () => string[]
}

export interface WebServer {
  readonly url: string
  readonly redirectUrl: string | null
  /** Answers the window, which has no network between itself and the panel, for a path below `/api/`. */
  ask(question: ApiQuestion): Promise<ApiAnswer>
  /** What the window shows: its cookie is kept here, where no page can read it. */
  windowCredentials(): Credentials
  close(): Promise<void>
}

export interface ApiQuestion {
  readonly path: string
  /** Default: GET. */
  readonly method?: string
  /** JSON text. */
  readonly body?: string
}

export interface ApiAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readable
}

/** The panel for browsers and programs: the renderer's files, the protocol's endpoint, REST, and two probes. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const { names, times, tls } = options
  const gate = new ConnectionGate(options.sockets)
  const requests = new AddressRate(REQUEST_RATE)
  const upgrades = new AddressRate(SESSION_RATE)
  const turns = new TurnQueue()
  const app = Fastify({
    // Also for the second address that "localhost" may have.
    serverFactory(handler) {
      const server = boundedServer(
        (request, response) => {
          // Whoever has gone while they waited is owed no answer.
          const answer = (): void => {
            if (!request.socket.destroyed) handler(request, response)
          }
          const isIn = requests.admit(request.socket.remoteAddress, () => turns.run(answer))
          if (isIn) return
          response.writeHead(429, { ...SECURITY_HEADERS, 'Content-Type': 'text/plain', Connection: 'close' })
          response.end('Too many requests from this address.\n')
        },
        tls?.current ?? null,
        times,
      )
      gate.guard(server)
      // Open connections go on with the certificate that they began with.
      tls?.listen(() => {
        if (server instanceof SecureServer) server.setSecureContext(secureContext(tls.current))
      })
      return server
    },
    clientErrorHandler: refuseNonsense,
    logger: false,
    schemaController: SCHEMA_CONTROLLER,
    forceCloseConnections: true,
    bodyLimit: options.messageBytes,
    // Names have up to 128 characters, and one may be three bytes, each written as `%xx`.
    routerOptions: { maxParamLength: 2_500 },
    // A path that cannot even be decoded is answered before any hook.
    frameworkErrors: (_error, _request, reply: FastifyReply) => {
      void reply.code(400).headers(SECURITY_HEADERS).type('text/plain').send('Bad request.\n')
    },
  })

  app.addHook('onRequest', async (request, reply) => {
    if (!names.hostAllowed(request.raw)) {
      await reply.code(421).type('text/plain').send('This server is not known under that name.\n')
    }
  })
  app.addHook('onRequest', async (request, reply) => requireIdentity(options.gate, request, reply))
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.headers(SECURITY_HEADERS)
    if (tls?.isTrusted === true) reply.header('Strict-Transport-Security', `max-age=${HSTS_SECONDS}`)
    boundAnswer(reply.raw.socket, times)
    done(null, payload)
  })
  app.setErrorHandler(async (error: unknown, _request, reply) => {
    const { status, body, retryAfter } = answerTo(error)
    if (retryAfter !== undefined) void reply.header('Retry-After', String(retryAfter))
    if (status === 500) options.log.error({ err: error }, 'a request failed')
    return reply.code(status).send(body)
  })
  app.setNotFoundHandler((_request, reply) => reply.code(404).type('text/plain').send('Not found.\n'))

  let closing = false
  let jar: string | null = null
  const { history, trends, operating, administration, openId, settings } = options
  await restRoutes(app, { history, trends, operating, administration, openId, settings, names, closing: () => closing })
  app.get('/healthz', { schema: HEALTHZ, config: { open: true } }, (request) => {
    const { version, startedAt, time, offset, sessions } = options.health()
    const alive = { status: 'ok', version, uptime_seconds: Math.round((time - startedAt) / 1000) }
    return maybeAccessOf(request)?.may('diagnostics') === true ? { ...alive, offset, sessions } : alive
  })
  app.get('/readyz', { schema: READYZ, config: { open: true } }, (_request, reply) => {
    const reasons = options.unready()
    return reply.code(reasons.length === 0 ? 200 : 503).send({ ready: reasons.length === 0, reasons })
  })
  metricsRoutes(app, options.metrics)
  // For whoever is to trust it; everybody may see it, and its fingerprint is told where nobody can change it on its way.
  app.get('/ca.crt', { schema: { hide: true }, config: { open: true } }, (_request, reply) => {
    const authority = tls?.authority
    if (authority === null || authority === undefined) return reply.callNotFound()
    return reply
      .type('application/x-x509-ca-cert')
      .header('Content-Disposition', 'attachment; filename="andon-ca.crt"')
      .header('Cache-Control', 'no-store')
      .send(authority)
  })
  if (existsSync(options.rendererDir)) {
    await app.register(fastifyStatic, {
      root: options.rendererDir,
      // File names carry a hash of their content, all but the page's.
      cacheControl: false,
      setHeaders(response, path) {
        const lasting = path.endsWith('.html') ? 'no-cache' : 'public, max-age=31536000, immutable'
        void response.setHeader('Cache-Control', lasting)
      },
    })
  } else {
    app.get('/', { schema: { hide: true } }, (_request, reply) =>
      reply.code(503).type('text/plain').send('The panel has not been built. Run "npm run build".\n'),
    )
  }

  /** An error here would have nobody to catch it. */
  const identified = (shown: Credentials) => {
    try {
      const known = options.gate.identify(shown)
      return known.kind === 'known' ? known : { ...known, close: CLOSE_CODES.sign_in_required }
    } catch (error) {
      options.log.error({ err: error }, 'the accounts cannot be read')
      return { kind: 'unknown', close: CLOSE_CODES.internal } as const
    }
  }
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: options.messageBytes,
    ...FRAME_LIMITS,
    // A message of each viewer in a turn of the loop, so that machines are heard between those of one who talks much.
    allowSynchronousEvents: false,
  })
  const admit = (webSocket: WebSocket, request: IncomingMessage): void => {
    if (names.isForeignPage(request, false)) {
      turnAway(webSocket, CLOSE_CODES.origin_refused)
      return
    }
    const address = request.socket.remoteAddress ?? ''
    const agent = (request.headers['user-agent'] ?? '').slice(0, 200)
    const shown = shownIn(request.headers, request.socket.localPort, address)
    // An open link cannot be given another cookie.
    const known = identified({ ...shown, local: false, rotate: false })
    if (known.kind === 'unknown') {
      turnAway(webSocket, known.close)
      return
    }
    acceptWebSocket(
      webSocket,
      { kind: 'remote', address, agent },
      (port, peer) => options.accept(port, peer, known.access),
      () => upgrades.charge(address, FLOOD_SESSIONS),
    )
  }
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A socket that breaks in the middle of the upgrade must not become an uncaught error.
    socket.on('error', () => socket.destroy())
    const path = pathOf(request)
    if ((path !== WS_PATH && path !== INGEST_PATH) || !names.hostAllowed(request)) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    const begin = (): void => {
      if (socket.destroyed || closing) socket.destroy()
      else if (path === INGEST_PATH) options.ingest.upgrade(request, socket, head)
      else sockets.handleUpgrade(request, socket, head, (webSocket) => admit(webSocket, request))
    }
    if (!upgrades.admit(request.socket.remoteAddress, begin)) {
      socket.end('HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    }
  })

  try {
    await app.listen({ host: options.host, port: options.port })
  } catch (error) {
    await app.close()
    throw new ListenError(whyNotListening(error, options.host, options.port, '--port'))
  }
  const address = app.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  let redirect: Redirect | null
  try {
    redirect = await startRedirect(options, port, gate)
  } catch (error) {
    await app.close()
    throw error
  }
  return {
    url: `${tls ? 'https' : 'http'}://${host}:${port}/`,
    redirectUrl: redirect && `http://${host}:${redirect.port}/`,
    windowCredentials: () => ({ cookie: jar, bearer: null, address: WINDOW_ADDRESS, local: true, rotate: false }),
    async ask({ path, method = 'GET', body }) {
      const answer = await app.inject({
        method: method === 'GET' ? 'GET' : method === 'DELETE' ? 'DELETE' : method === 'PATCH' ? 'PATCH' : 'POST',
        url: path,
        headers: {
          host: 'localhost',
          ...(jar === null ? {} : { cookie: `andon_sign_in=${jar}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { payload: body }),
        remoteAddress: WINDOW_ADDRESS,
        payloadAsStream: true,
      })
      const { 'set-cookie': cookie, ...others } = answer.headers
      if (cookie !== undefined) [, jar = null] = /^andon_sign_in=([^;]+)/.exec(String(cookie)) ?? []
      const headers = Object.fromEntries(Object.entries(others).map(([name, value]) => [name, String(value)]))
      return { status: answer.statusCode, headers, body: answer.stream() }
    },
    async close() {
      closing = true
      await redirect?.close()
      // The core has asked every viewer to go; give the close frames a moment, then cut.
      await Promise.all([...sockets.clients].map((client) => new Promise((resolve) => client.once('close', resolve))))
      sockets.close()
      gate.close()
      await app.close()
    },
  }
}

interface Redirect {
  readonly port: number
  close(): Promise<void>
}

async function startRedirect(options: WebServerOptions, port: number, gate: ConnectionGate): Promise<Redirect | null> {
  const { redirectPort, host, names, times } = options
  if (redirectPort === null) return null
  const server = redirectServer(() => port, names, gate, times)
  try {
    server.listen(redirectPort, host)
    await once(server, 'listening')
  } catch (error) {
    throw new ListenError(whyNotListening(error, host, redirectPort, '--http-redirect-port'))
  }
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : redirectPort,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }
}

/** An error as an answer: what the caller did wrong in words, what went wrong in here without. */
function answerTo(error: unknown): {
  readonly status: number
  readonly body: ErrorBody
  /** Seconds. */
  readonly retryAfter?: number
} {
  if (error instanceof ApiError) return { status: error.status, body: error.body }
  if (error instanceof JournalError) return { status: 503, body: errorBody(error.fault, error.message) }
  if (error instanceof Forbidden) return { status: 403, body: errorBody('forbidden', error.message) }
  if (error instanceof SignInRefused) {
    const { code, message, retryAfter } = error
    const wait = retryAfter === null ? {} : { retryAfter: Math.ceil(retryAfter / 1000) }
    return { status: SIGN_IN_STATUS[code], body: errorBody(code, message), ...wait }
  }
  if (error instanceof AccountObjection) {
    const status = OBJECTION_STATUS[error.code]
    return { status, body: errorBody(error.code, error.message) }
  }
  if (error instanceof SettingsObjection) {
    return { status: error.code === 'setting_refused' ? 422 : 409, body: errorBody(error.code, error.message) }
  }
  if (error instanceof PasswordsBusy) {
    return { status: 503, body: errorBody('busy', 'Too many people are signing in. Try again.'), retryAfter: 2 }
  }
  const { statusCode: status = 500 } = error as Partial<FastifyError>
  if (status === 415) return { status, body: errorBody('not_json', 'The body must be application/json.') }
  if (status === 413) return { status, body: errorBody('body_too_large', 'The body is too large.') }
  if (error instanceof SyntaxError) return { status: 400, body: errorBody('bad_json', 'The body is not JSON.') }
  // Fastify's own words would say which route was tried and, for a defect, what went wrong inside.
  if (status < 500) return { status, body: errorBody('bad_request', 'The request is not right.') }
  return { status: 500, body: errorBody('internal', 'Something went wrong inside. The log says what.') }
}

const OBJECTION_STATUS = {
  account_unknown: 404,
  account_exists: 409,
  password_refused: 422,
  pin_refused: 422,
  last_administrator: 409,
  tokens_full: 409,
  scope_refused: 409,
} as const

const SIGN_IN_STATUS = { sign_in_failed: 401, locked: 429, code_wrong: 403, not_lasting: 503, not_found: 404 } as const

/** What cannot even be read as a request, or did not come in time. */
function refuseNonsense(error: ConnectionError, socket: Socket): void {
  const status = UNREADABLE[error.code] ?? (error.code.startsWith('HPE_') ? '400 Bad Request' : null)
  // Else nobody is there who would read it, or the handshake of TLS is not over.
  if (status === null || !socket.writable) {
    socket.destroy()
    return
  }
  const headers = Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n${headers.join('')}\r\n`, () => {
    socket.destroy()
  })
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
}

function whyNotListening(error: unknown, host: string, port: number, option: string): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE')
    return `Port ${port} on ${host} is in use. Stop the other program, or choose another with ${option}.`
  if (code === 'EACCES') return `Port ${port} may not be used by this user. Choose one above 1023 with ${option}.`
  if (code === 'EADDRNOTAVAIL') return `This computer does not have the address ${host}. Choose another with --host.`
  return `Cannot listen on ${host}:${port} (${message}).`
}

/** Accepted and closed, because a page can read a close code but not a failed upgrade. */
function turnAway(webSocket: WebSocket, { code, reason }: CloseCode): void {
  webSocket.on('error', () => webSocket.terminate())
  closeWebSocket(webSocket, code, reason)
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? ''
}
