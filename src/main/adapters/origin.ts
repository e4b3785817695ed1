import type { IncomingHttpHeaders } from 'node:http'

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/** True for addresses that only this computer can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}

/**
 * True where the request names this server by a name of its own. A foreign page whose name was re-bound to our address
 * (DNS rebinding) still sends its own name.
 */
export function hostAllowed(headers: IncomingHttpHeaders, listening: string): boolean {
  const name = hostName(headers.host)
  return name !== null && (LOOPBACK.has(name) || isLoopback(name) || name === listening)
}

/**
 * True where the request comes from a page that this server itself served, or from no page at all (a program sends no
 * Origin). A WebSocket is not bound by the same-origin policy, so the server has to look.
 */
export function originAllowed(headers: IncomingHttpHeaders): boolean {
  if (headers.origin === undefined) return true
  try {
    return new URL(headers.origin).host === headers.host?.toLowerCase()
  } catch {
    return false
  }
}

function hostName(host: string | undefined): string | null {
  if (host === undefined) return null
  try {
    return new URL(`http://${host}`).hostname
  } catch {
    return null
  }
}
