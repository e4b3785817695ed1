// The native half of unix-dgram, as the panel uses it.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/**
 * @typedef {object} Binding
 * @property {number} AF_UNIX
 * @property {number} SOCK_DGRAM
 * @property {(domain: number, type: number, protocol: number, received: (status: number, bytes: Buffer | null) => void, writable: () => void) => number} socket
 * @property {(fd: number, path: string) => number} bind
 * @property {(fd: number, bytes: Buffer, offset: number, length: number, path: string) => number} sendto
 * @property {(fd: number) => number} close
 */

/** @returns {Binding} */
export function loadBinding() {
  const require = createRequire(import.meta.url)
  return require(join(dirname(require.resolve('unix-dgram/package.json')), 'build', 'Release', 'unix_dgram.node'))
}

/**
 * A datagram socket; the status of a failed call is a negative errno.
 * @param {Binding} binding
 * @param {(bytes: Buffer) => void} [received]
 */
export function datagramSocket(binding, received = () => undefined) {
  const fd = binding.socket(
    binding.AF_UNIX,
    binding.SOCK_DGRAM,
    0,
    (_status, bytes) => {
      if (bytes) received(bytes)
    },
    () => undefined,
  )
  if (fd < 0) throw new Error(`no datagram socket could be made (errno ${-fd})`)
  return fd
}
