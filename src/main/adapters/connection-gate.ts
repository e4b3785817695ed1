import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { addressGroup } from '../../core/address-group.ts'

export interface GateLimits {
  /** Open connections of any kind, half-open and idle ones among them. */
  readonly total: number
  readonly perAddress: number
}

/** Counts the open connections of all servers together. One too many is cut before a byte of it is read. */
export class ConnectionGate {
  readonly #limits: GateLimits
  readonly #open = new Map<string, number>()
  readonly #sockets = new Set<Socket>()
  #refused = 0

  constructor(limits: GateLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#sockets.size
  }

  /** Connections cut since the start. */
  get refused(): number {
    return this.#refused
  }

  /** Counts the connections of a server from now on. */
  guard(server: Server): void {
    // Nobody else, TLS and the parser among them, spends anything on what is cut.
    const serve = server.listeners('connection')
    server.removeAllListeners('connection')
    server.on('connection', (socket: Socket) => {
      if (!this.#admits(socket)) socket.destroy()
      else for (const listener of serve) listener.call(server, socket)
    })
  }

  /** Cuts what is open, those in the middle of a handshake too, for which a server would wait at its end. */
  close(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #admits(socket: Socket): boolean {
    const address = addressGroup(socket.remoteAddress ?? '')
    const count = this.#open.get(address) ?? 0
    if (this.#sockets.size >= this.#limits.total || count >= this.#limits.perAddress) {
      this.#refused += 1
      return false
    }
    this.#sockets.add(socket)
    this.#open.set(address, count + 1)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      const left = (this.#open.get(address) ?? 1) - 1
      if (left === 0) this.#open.delete(address)
      else this.#open.set(address, left)
    })
    return true
  }
}
