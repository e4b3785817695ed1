import { onTestFinished } from 'vitest'
import { errnoName, loadUnixBinding } from '../../src/main/adapters/unix-binding.ts'

/** Sends datagrams as a machine program does: unbound, non-blocking. */
export interface Sender {
  /** False where the receiver's queue is full (EAGAIN); any other error is thrown. */
  trySend(bytes: Buffer | string): boolean
  /** Sends, however often the receiver's queue is full. */
  send(bytes: Buffer | string): Promise<void>
}

export function unixSender(path: string): Sender {
  const loaded = loadUnixBinding()
  if (!loaded.ok) throw new Error(loaded.reason)
  const { binding } = loaded
  const fd = binding.socket(
    binding.AF_UNIX,
    binding.SOCK_DGRAM,
    0,
    () => undefined,
    () => undefined,
  )
  onTestFinished(() => {
    binding.close(fd)
  })
  const trySend = (bytes: Buffer | string): boolean => {
    const buffer = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
    const status = binding.sendto(fd, buffer, 0, buffer.length, path)
    if (status >= 0) return true
    if (errnoName(status) === 'EAGAIN') return false
    throw new Error(`send: ${errnoName(status)}`)
  }
  return {
    trySend,
    async send(bytes) {
      while (!trySend(bytes)) await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

/** A datagram as the state-machine engine writes it. */
export function datagram(machine: string, type: string, payload: object = {}): string {
  return JSON.stringify({ machine_name: machine, type, payload })
}
