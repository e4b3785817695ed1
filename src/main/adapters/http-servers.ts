import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { Socket } from 'node:net'
import type { SecureContextOptions } from 'node:tls'

/** How long a connection may take to send its headers, the handshake of TLS included; by default, milliseconds. */
const HEADERS_MS = 10_000

/** How long a whole request may take to come in. A machine's answer may take longer: that is not counted. */
const REQUEST_MS = 30_000

/** Longer than the minute for which proxies usually keep a connection, so that they are the ones who close it. */
const KEEP_ALIVE_MS = 65_000

/** An answer of which nobody has taken anything for this long is given up. */
const UNREAD_MS = 30_000

/** Room for the longest filter of log lines in a URL. */
const HEADER_BYTES = 16 * 1024

const HEADER_COUNT = 100

export interface HttpTimes {
  readonly headersMs?: number | undefined
  readonly unreadMs?: number | undefined
}

/** A server with every time and size bounded; over TLS where a certificate is given. */
export function boundedServer(
  handler: RequestListener,
  tls: { readonly cert: string; readonly key: string } | null,
  { headersMs = HEADERS_MS }: HttpTimes,
): Server {
  const bounds: ServerOptions = {
    headersTimeout: headersMs,
    requestTimeout: Math.max(REQUEST_MS, headersMs),
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: HEADER_BYTES,
    connectionsCheckingInterval: Math.min(2_000, Math.ceil(headersMs / 2)),
    // Whoever says two different things about where a request ends may hide another one in it.
    insecureHTTPParser: false,
    requireHostHeader: false,
    noDelay: true,
  }
  const server: Server = tls
    ? createSecureServer({ ...bounds, ...secureContext(tls), handshakeTimeout: headersMs }, handler)
    : createServer(bounds, handler)
  server.maxHeadersCount = HEADER_COUNT
  return server
}

/** What TLS is made of: nothing older than 1.2, whose older ciphers Node leaves out by itself. */
export function secureContext({ cert, key }: { readonly cert: string; readonly key: string }): SecureContextOptions {
  return { cert, key, minVersion: 'TLSv1.2' }
}

/** Gives an answer up whose reader takes nothing of it. What is answered within the process has no such connection. */
export function boundAnswer(socket: unknown, { unreadMs = UNREAD_MS }: HttpTimes): void {
  // What happens then is Node's: a connection that nobody else cares for is cut.
  if (socket instanceof Socket) socket.setTimeout(unreadMs)
}
