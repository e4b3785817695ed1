import { chmodSync, lstatSync, unlinkSync } from 'node:fs'
import { UnixSocket } from './unix-socket.ts'

/** Where a program finds its commands. */
export interface Inbox {
  /** The oldest datagram that has not been read yet. */
  take(): Buffer | undefined
  /** `keepFile`: the socket's file stays behind, as when a process is killed. */
  close(how?: { readonly keepFile: boolean }): void
}

/**
 * The kernel keeps about ten datagrams for a real engine and tells its senders EAGAIN above that. Here the native socket
 * reads for itself, so they wait in memory; the bound is only there because every queue needs one.
 */
const MAX_WAITING = 1_000

/** A bound Unix datagram socket, mode 0660. @throws where the path is in use by another program, or cannot be bound. */
export class ControlSocket implements Inbox {
  readonly #socket: UnixSocket
  readonly #path: string
  readonly #inode: number
  readonly #waiting: Buffer[] = []
  #open = true

  constructor(path: string, report: (line: string) => void) {
    this.#path = path
    removeStale(path)
    const receive = (bytes: Buffer): void => {
      if (this.#waiting.length < MAX_WAITING) this.#waiting.push(bytes)
      else report(`${path}: a command was lost, ${MAX_WAITING} are waiting already`)
    }
    this.#socket = new UnixSocket(receive, (error) => report(`${path}: cannot read: ${error}`))
    const error = this.#socket.bind(path)
    if (error !== undefined) {
      this.#socket.close()
      throw new Error(`Cannot bind ${path}: ${error}`)
    }
    chmodSync(path, 0o660)
    this.#inode = lstatSync(path).ino
  }

  take(): Buffer | undefined {
    return this.#waiting.shift()
  }

  close(how = { keepFile: false }): void {
    if (this.#open) this.#socket.close()
    this.#open = false
    // Another program may have taken the path since: only our own file is ours to remove.
    const file = lstatSync(this.#path, { throwIfNoEntry: false })
    if (!how.keepFile && file?.ino === this.#inode) unlinkSync(this.#path)
  }
}

/** Removes the socket of a program that died. Only a refused connect proves that nobody listens. */
function removeStale(path: string): void {
  const file = lstatSync(path, { throwIfNoEntry: false })
  if (!file) return
  if (!file.isSocket()) throw new Error(`${path} exists and is not a socket`)
  const probe = new UnixSocket()
  const error = probe.connect(path)
  probe.close()
  if (error === undefined) throw new Error(`${path} is in use by a running program`)
  if (error !== 'ECONNREFUSED') throw new Error(`Cannot tell whether ${path} is in use: ${error}`)
  unlinkSync(path)
}
