import { createRequire } from 'node:module'
import { getSystemErrorName } from 'node:util'

/**
 * The native half of unix-dgram 2.0.7. Its JavaScript half throws inside the native callback when a read fails (it takes
 * the length of a null buffer), where nothing can catch it; so only the native half is used. Functions return a negative
 * errno where they fail.
 */
interface Binding {
  readonly AF_UNIX: number
  readonly SOCK_DGRAM: number
  socket(
    domain: number,
    type: number,
    protocol: number,
    received: (status: number, bytes: Buffer | null) => void,
    writable: () => void,
  ): number
  bind(fd: number, path: string): number
  connect(fd: number, path: string): number
  sendto(fd: number, bytes: Buffer, offset: number, length: number, path: string): number
  close(fd: number): number
}

/** The kernel's `sun_path` holds 108 bytes with the closing zero; unix-dgram cuts what is longer without a word. */
const MAX_PATH_BYTES = 107

let loaded: Binding | Error | undefined

function binding(): Binding {
  if (loaded === undefined) {
    try {
      const found = createRequire(import.meta.url)('unix-dgram/build/Release/unix_dgram.node') as Partial<Binding>
      // On Windows the package compiles to an empty shell.
      loaded = typeof found.socket === 'function' ? (found as Binding) : new Error('not for this system')
    } catch (error) {
      loaded = error instanceof Error ? error : new Error(String(error))
    }
  }
  if (loaded instanceof Error) {
    throw new Error(`Unix datagram sockets are not available here (${loaded.message.split('\n')[0]})`)
  }
  return loaded
}

/** Why there are no Unix datagram sockets here, or undefined where there are. */
export function unixDatagramsMissing(): string | undefined {
  try {
    binding()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** The name of an errno (`EAGAIN`), or undefined for a success. */
const errorName = (status: number): string | undefined => (status < 0 ? getSystemErrorName(status) : undefined)

/** @throws where the path does not fit into the kernel's address. */
export function checkSocketPath(path: string): string {
  const bytes = Buffer.byteLength(path)
  if (bytes > MAX_PATH_BYTES)
    throw new Error(`Socket path too long (${bytes} bytes, at most ${MAX_PATH_BYTES}): ${path}`)
  return path
}

/** One non-blocking Unix datagram socket. Its functions return the name of the system's error, or undefined. */
export class UnixSocket {
  readonly #binding = binding()
  readonly #fd: number
  #open = true

  /** `failed` hears of reads that failed. @throws where the system has no such sockets. */
  constructor(received: (bytes: Buffer) => void = () => {}, failed: (error: string) => void = () => {}) {
    const { AF_UNIX, SOCK_DGRAM } = this.#binding
    const take = (status: number, bytes: Buffer | null): void => {
      if (bytes !== null) received(bytes)
      else failed(errorName(status) ?? 'unknown')
    }
    this.#fd = this.#binding.socket(AF_UNIX, SOCK_DGRAM, 0, take, () => {})
    if (this.#fd < 0) throw new Error(`Cannot make a Unix datagram socket: ${errorName(this.#fd)}`)
  }

  bind(path: string): string | undefined {
    return errorName(this.#binding.bind(this.#fd, checkSocketPath(path)))
  }

  connect(path: string): string | undefined {
    return errorName(this.#binding.connect(this.#fd, checkSocketPath(path)))
  }

  send(bytes: Buffer, path: string): string | undefined {
    return errorName(this.#binding.sendto(this.#fd, bytes, 0, bytes.length, path))
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    this.#binding.close(this.#fd)
  }
}
