import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { checkSocketPath, UnixSocket } from './unix-socket.ts'

/** How datagrams leave the plant. */
export interface DatagramSender {
  /** For messages to people. */
  readonly address: string
  /** `done` gets the name of the system's error (`EAGAIN`), or undefined. Nothing ever blocks or throws. */
  send(bytes: Buffer, done: (error: string | undefined) => void): void
  close(): void
}

/** As the real engine: an unbound socket, one non-blocking send for each datagram. @throws for a path that is too long. */
export function unixSender(path: string): DatagramSender {
  checkSocketPath(path)
  const socket = new UnixSocket()
  return {
    address: path,
    send: (bytes, done) => done(socket.send(bytes, path)),
    close: () => socket.close(),
  }
}

const nameOf = (error: NodeJS.ErrnoException): string => error.code ?? error.message

/** UDP cannot tell whether anybody listens: what the kernel takes counts as sent. */
export function udpSender(host: string, port: number): DatagramSender {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  let lastError: string | undefined
  // Errors that belong to no send of ours are told with the next one.
  socket.on('error', (error) => (lastError = nameOf(error)))
  let open = true
  return {
    address: `udp ${host}:${port}`,
    send: (bytes, done) => {
      if (!open) return
      const earlier = lastError
      lastError = undefined
      socket.send(bytes, port, host, (error) => done(error ? nameOf(error) : earlier))
    },
    close: () => {
      if (open) socket.close()
      open = false
    },
  }
}
