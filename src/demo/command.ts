import type { Payload } from '../shared/datagram.ts'
import type { Command } from './program.ts'

/** The engine reads no more of a datagram; the rest is lost, and with it the command. */
export const READ_BYTES = 4_096

const isObject = (value: unknown): value is Payload =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** The command in a datagram, or the reason why there is none. */
export function parseCommand(bytes: Buffer): Command | string {
  const read = bytes.subarray(0, READ_BYTES)
  let value: unknown
  try {
    value = JSON.parse(read.toString('utf8'))
  } catch {
    return bytes.length > READ_BYTES ? `it has ${bytes.length} bytes and was cut at ${READ_BYTES}` : 'it is not JSON'
  }
  if (!isObject(value)) return 'it is not an object'
  const { type, payload } = value as Record<'type' | 'payload', unknown>
  if (typeof type !== 'string' || type === '') return 'it has no type'
  return {
    type,
    payload: isObject(payload) ? payload : {},
    jobId: textOrNull(value['job_id']),
    commandId: textOrNull(value['command_id']),
  }
}
