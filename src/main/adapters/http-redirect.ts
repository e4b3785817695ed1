import type { Server } from 'node:http'
import { SECURITY_HEADERS } from '../content-security-policy.ts'
import type { ConnectionGate } from './connection-gate.ts'
import { boundAnswer, boundedServer, type HttpTimes } from './http-servers.ts'
import { hostName, type OwnNames } from './origin.ts'

/**
 * Sends on whoever still comes by plain HTTP. Not for good, so that nobody is locked out once HTTPS is turned off, and
 * only who asks to see something: what is to be changed has been sent in the clear, and must not be sent so again.
 */
export function redirectServer(port: () => number, names: OwnNames, gate: ConnectionGate, times: HttpTimes): Server {
  const server = boundedServer(
    (request, response) => {
      boundAnswer(response.socket, times)
      const name = hostName(request.headers.host)
      const answer = (status: number, headers: Record<string, string>, text: string): void => {
        response.writeHead(status, {
          ...SECURITY_HEADERS,
          'Content-Type': 'text/plain',
          Connection: 'close',
          ...headers,
        })
        response.end(text)
      }
      const path = request.url ?? '/'
      if (name === null || !names.hostAllowed(request)) {
        answer(421, {}, 'This server is not known under that name.\n')
      } else if (request.method !== 'GET' && request.method !== 'HEAD') {
        answer(403, {}, 'Only HTTPS is served. What you sent may have been read on its way.\n')
      } else if (!path.startsWith('/')) {
        answer(400, {}, 'Bad request.\n')
      } else {
        const at = port() === 443 ? name : `${name}:${port()}`
        answer(307, { Location: `https://${at}${path}`, 'Cache-Control': 'no-store' }, 'Only HTTPS is served.\n')
      }
    },
    null,
    times,
  )
  server.on('upgrade', (_request, socket) => {
    socket.on('error', () => socket.destroy())
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  })
  gate.guard(server)
  return server
}
