import type { RawData, WebSocket } from 'ws'
import { CLOSE_CODES } from '../../shared/close-codes.ts'
import type { Accept, Frame, Peer, SessionSocket } from '../../core/session-socket.ts'
import { TokenBucket } from '../../core/token-bucket.ts'

/** How long a peer may take to answer our close before its connection is cut. */
const CLOSE_MS = 1_000

/** Whoever does not read is not read either: answers to what it asks would pile up without bound. */
const UNREAD_BYTES = 1024 * 1024

/** A client's own pings are answered below the protocol, so they are counted here: so many a second, so many at once. */
const PINGS = { perSecond: 10, burst: 50 } as const

/** Of the panel's WebSockets: pieces that one message may come in, frames and reads of the network while it is not whole. */
export const FRAME_LIMITS = {
  maxFragments: 128,
  maxBufferedChunks: 4_096,
  // A compressed frame could unpack to a thousand times its size.
  perMessageDeflate: false,
} as const

export function pingRate(): TokenBucket {
  return new TokenBucket(PINGS.perSecond, PINGS.burst, performance.now())
}

/** Gives a WebSocket to the core as a session's socket. `flooded`: it is closed, because it sends too much. */
export function acceptWebSocket(
  socket: WebSocket,
  peer: Peer,
  accept: Accept,
  flooded: () => void = () => undefined,
): void {
  const end = (code: number, reason: string): void => {
    if (code === CLOSE_CODES.rate_limited.code && socket.readyState === socket.OPEN) flooded()
    closeWebSocket(socket, code, reason)
  }
  const port: SessionSocket = {
    get pending() {
      return socket.bufferedAmount
    },
    send(frame: Frame) {
      if (socket.readyState !== socket.OPEN) return
      socket.send(frame.bytes, { binary: false }, sent)
      if (socket.bufferedAmount > UNREAD_BYTES) socket.pause()
    },
    close: end,
  }
  const connection = accept(port, peer)
  const pings = pingRate()
  function sent(error?: Error | null): void {
    if (socket.isPaused && socket.readyState === socket.OPEN && socket.bufferedAmount <= UNREAD_BYTES) socket.resume()
    // A failed send is followed by the socket's close.
    if (!error) connection.drained()
  }
  socket.on('message', (data: RawData, binary: boolean) => {
    if (binary) closeWebSocket(socket, CLOSE_CODES.bad_message.code, 'only text frames, please')
    else connection.receive(textBytes(data).toString('utf8'))
  })
  socket.on('ping', () => {
    if (pings.take(performance.now())) return
    end(CLOSE_CODES.rate_limited.code, 'too many pings')
  })
  socket.on('close', () => connection.closed())
  // ws reports a broken frame here and closes the socket itself, with the standard's code.
  socket.on('error', () => connection.closed())
}

/** Closes politely, and for good where the peer does not answer. Idempotent. */
export function closeWebSocket(socket: WebSocket, code: number, reason: string): void {
  if (socket.readyState !== socket.OPEN) return
  socket.close(code, reason)
  // Its answer must be heard; but not that of a peer which is closed for talking too much.
  if (code === CLOSE_CODES.rate_limited.code) socket.pause()
  else socket.resume()
  const cut = setTimeout(() => socket.terminate(), CLOSE_MS)
  socket.once('close', () => clearTimeout(cut))
}

export function textBytes(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? Buffer.from(data) : data
}
