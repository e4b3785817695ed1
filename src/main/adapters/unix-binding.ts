import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { getSystemErrorName } from 'node:util'

/**
 * The native half of the `unix-dgram` package. Its JavaScript half is not used: that reads `buf.length` before it
 * looks at the status, so a failed receive (null buffer) throws inside a native callback, where nobody can catch it.
 * All calls return 0 or more for success, else a negative errno; `send` returns 1 for a full peer.
 */
export interface UnixBinding {
  readonly AF_UNIX: number
  readonly SOCK_DGRAM: number
  socket(
    domain: number,
    type: number,
    protocol: number,
    received: (status: number, bytes: Buffer | null, path: string | null) => void,
    writable: () => void,
  ): number
  bind(fd: number, path: string): number
  connect(fd: number, path: string): number
  sendto(fd: number, bytes: Buffer, offset: number, length: number, path: string): number
  send(fd: number, bytes: Buffer): number
  close(fd: number): number
}

export type BindingResult =
  { readonly ok: true; readonly binding: UnixBinding } | { readonly ok: false; readonly reason: string }

/** What to do where the addon is missing. */
export const BINDING_REMEDY =
  'Install python3, make and g++, then run "npm rebuild unix-dgram". Until then machines can send to the UDP listener.'

/** Loads the addon, or says why it cannot be had: not compiled, not for this Node, or not on this system. */
export function loadUnixBinding(): BindingResult {
  if (process.platform === 'win32') return { ok: false, reason: 'Windows has no Unix datagram sockets.' }
  try {
    const require = createRequire(import.meta.url)
    // In development Electron gets a build of its own, see scripts/electron-addon.mjs.
    const own = process.versions['electron'] === undefined ? undefined : process.env['ANDON_UNIX_ADDON']
    const folder = dirname(require.resolve('unix-dgram/package.json'))
    const binding = require(own ?? addonFile(folder)) as UnixBinding
    if (typeof binding.socket !== 'function') return { ok: false, reason: 'The unix-dgram addon has no sockets here.' }
    return { ok: true, binding }
  } catch (error) {
    const first = String(error instanceof Error ? error.message : error).split('\n')[0]
    return { ok: false, reason: `The unix-dgram addon cannot be loaded (${first}).` }
  }
}

/** The headless archive brings one build for each ABI; elsewhere there is the one that was compiled in place. */
function addonFile(folder: string): string {
  const packed = join(folder, 'build', `node-v${process.versions.modules}`, 'unix_dgram.node')
  return existsSync(packed) ? packed : join(folder, 'build', 'Release', 'unix_dgram.node')
}

/** `-111` → `ECONNREFUSED`. */
export function errnoName(status: number): string {
  try {
    return getSystemErrorName(status)
  } catch {
    return `errno ${-status}`
  }
}
