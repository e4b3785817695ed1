import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { type DatagramSink, type Listener, ListenError } from './listener.ts'

/** UDP has no back-pressure at all, so the kernel's buffer is asked to be large; it may grant less. */
const RECEIVE_BUFFER = 4 * 1024 * 1024

export interface UdpAddress {
  readonly host: string
  readonly port: number
}

/** Binds a UDP socket. Rejects with a {@link ListenError}. */
export async function listenUdp(address: UdpAddress, sink: DatagramSink): Promise<Listener> {
  const socket = createSocket(isIPv6(address.host) ? 'udp6' : 'udp4')
  try {
    socket.bind(address.port, address.host)
    await once(socket, 'listening')
  } catch (error) {
    socket.close()
    const why = error instanceof Error ? error.message : String(error)
    throw new ListenError(`Cannot listen on UDP ${address.host}:${address.port} (${why}). Choose another with --udp.`)
  }
  socket.on('message', (bytes) => sink.receive(bytes))
  socket.on('error', (error) => sink.socketError(error))
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER)
  } catch (error) {
    sink.socketError(error instanceof Error ? error : new Error(String(error)))
  }
  let closing: Promise<void> | undefined
  return {
    address: `${isIPv6(address.host) ? `[${address.host}]` : address.host}:${socket.address().port}`,
    close() {
      closing ??= new Promise((resolve) => socket.close(() => resolve()))
      return closing
    },
  }
}
