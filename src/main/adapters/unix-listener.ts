import { chmodSync, chownSync, lstatSync, readSync, unlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import { groupId } from './group-id.ts'
import { type DatagramSink, type Listener, ListenError } from './listener.ts'
import { errnoName, type UnixBinding } from './unix-binding.ts'

/** `sun_path` holds 108 bytes with its final NUL; the addon would cut a longer path without a word. */
const MAX_PATH_BYTES = 107

/** A longer datagram is cut; it is longer than any that is taken in. */
const LONGEST = 65_536

/**
 * The addon reads one datagram in a turn of the loop, so what waits would have to wait for as many turns. The rest of it is
 * read here, up to so many, so that a turn stays short.
 */
const AT_ONCE = 64

const scratch = Buffer.allocUnsafeSlow(LONGEST)

export interface UnixListenerOptions {
  readonly path: string
  /** File mode of the socket: who may write it may send. */
  readonly mode: number
  /** Name or number of the group that the socket is given to; null: the process's own. */
  readonly group: string | null
}

/** Binds a Unix datagram socket. Throws a {@link ListenError}. */
export function listenUnix(binding: UnixBinding, options: UnixListenerOptions, sink: DatagramSink): Listener {
  const path = resolve(options.path)
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw new ListenError(
      `The path ${path} is too long for a socket: at most ${MAX_PATH_BYTES} bytes. Choose a shorter one.`,
    )
  }
  const gid = options.group === null ? null : groupId(options.group)
  removeStale(binding, path)

  let open = true
  const received = (status: number, bytes: Buffer | null): void => {
    if (bytes === null) sink.socketError(new Error(`receive failed (${errnoName(status)})`))
    else sink.receive(bytes)
    readWaiting(fd, sink, () => open)
  }
  const fd = binding.socket(binding.AF_UNIX, binding.SOCK_DGRAM, 0, received, () => undefined)
  if (fd < 0) throw new ListenError(`No datagram socket could be made (${errnoName(fd)}).`)
  // Narrow from the first moment on, not only after a chmod.
  const umask = process.umask(0o777)
  const bound = binding.bind(fd, path)
  process.umask(umask)
  if (bound < 0) {
    binding.close(fd)
    throw new ListenError(
      `Cannot listen on ${path} (${errnoName(bound)}). Does its folder exist, and may you write there?`,
    )
  }
  try {
    if (gid !== null) chownSync(path, -1, gid)
    chmodSync(path, options.mode)
  } catch (error) {
    binding.close(fd)
    unlinkSync(path)
    throw new ListenError(
      `Cannot set mode and group of ${path}: ${error instanceof Error ? error.message : String(error)}`,
    )
  }

  const inode = lstatSync(path).ino
  // Only our own file: another process may have taken the path over meanwhile.
  const remove = (): void => {
    const there = lstatSync(path, { throwIfNoEntry: false })
    if (there?.ino === inode) unlinkSync(path)
  }
  process.once('exit', remove)
  return {
    address: path,
    close() {
      if (open) {
        open = false
        process.removeListener('exit', remove)
        binding.close(fd)
        remove()
      }
      return Promise.resolve()
    },
  }
}

/** Reads what waits at a socket that does not block, while it is open. The bytes are good until the next are read. */
function readWaiting(fd: number, sink: DatagramSink, isOpen: () => boolean): void {
  for (let i = 1; i < AT_ONCE && isOpen(); i += 1) {
    let length: number
    try {
      length = readSync(fd, scratch, 0, LONGEST, null)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') sink.socketError(error as Error)
      return
    }
    sink.receive(scratch.subarray(0, length))
  }
}

/** Removes the socket file of a process that is gone. Only a refused connect proves that it is. */
function removeStale(binding: UnixBinding, path: string): void {
  const there = lstatSync(path, { throwIfNoEntry: false })
  if (!there) return
  if (!there.isSocket()) {
    throw new ListenError(
      `${path} exists and is not a socket. Move it away, or choose another path with --events-socket.`,
    )
  }
  const fd = binding.socket(
    binding.AF_UNIX,
    binding.SOCK_DGRAM,
    0,
    () => undefined,
    () => undefined,
  )
  if (fd < 0) throw new ListenError(`No datagram socket could be made (${errnoName(fd)}).`)
  const connected = binding.connect(fd, path)
  binding.close(fd)
  if (connected === 0 || errnoName(connected) === 'EPROTOTYPE') {
    throw new ListenError(
      `Another program listens on ${path} already. Stop it, or choose another path with --events-socket.`,
    )
  }
  if (errnoName(connected) === 'ENOENT') return
  if (errnoName(connected) !== 'ECONNREFUSED') {
    throw new ListenError(`Cannot tell whether anybody listens on ${path} (${errnoName(connected)}). Remove it if not.`)
  }
  try {
    unlinkSync(path)
  } catch (error) {
    throw new ListenError(
      `Cannot remove the stale socket ${path}: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
