import type { ControlLink, SendResult } from '../../core/control-link.ts'
import { type BindingResult, errnoName, type UnixBinding } from './unix-binding.ts'

export interface OpenControlLink extends ControlLink {
  /** Idempotent. */
  close(): void
}

const GONE: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTDIR'])
const FULL: ReadonlySet<string> = new Set(['EAGAIN', 'EWOULDBLOCK', 'ENOBUFS'])

const CLOSED: SendResult = { kind: 'failed', reason: 'Commands cannot be sent: the panel is shutting down.' }

/** The way to the machines' control sockets: one unbound socket for all of them. */
export function openControlLink(loaded: BindingResult): OpenControlLink {
  if (!loaded.ok) {
    return {
      send: () => ({ kind: 'failed', reason: `Commands cannot be sent: ${loaded.reason}` }),
      close: () => undefined,
    }
  }
  const { binding } = loaded
  const fd = binding.socket(
    binding.AF_UNIX,
    binding.SOCK_DGRAM,
    0,
    () => undefined,
    () => undefined,
  )
  if (fd < 0) {
    const reason = `Commands cannot be sent: no datagram socket could be made (${errnoName(fd)}).`
    return { send: () => ({ kind: 'failed', reason }), close: () => undefined }
  }
  let open = true
  return {
    // Its number may belong to another file by then.
    send: (endpoint, bytes) => (open ? send(binding, fd, endpoint, bytes) : CLOSED),
    close() {
      if (open) binding.close(fd)
      open = false
    },
  }
}

function send(binding: UnixBinding, fd: number, endpoint: string, bytes: Buffer): SendResult {
  const status = binding.sendto(fd, bytes, 0, bytes.length, endpoint)
  if (status >= 0) return { kind: 'sent' }
  const name = errnoName(status)
  if (FULL.has(name)) return { kind: 'full' }
  if (GONE.has(name)) return { kind: 'gone' }
  const why =
    name === 'EACCES' || name === 'EPERM'
      ? 'The panel may not write to its control socket.'
      : `Its socket reports ${name}.`
  return { kind: 'failed', reason: `The command could not be sent. ${why}` }
}
