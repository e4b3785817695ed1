// The kernel's queue of a datagram socket. A socket takes its length when it is made, so that the setting needs to be
// another one only for the moment in which a receiver starts.
import { readFileSync, writeFileSync } from 'node:fs'

const FILE = '/proc/sys/net/unix/max_dgram_qlen'
/** @type {string | undefined} */
let before

/** The queue's length at present; null where it cannot be read. */
export function qlen() {
  try {
    return Number(readFileSync(FILE, 'utf8'))
  } catch {
    return null
  }
}

/** True where the length may be set. */
export function qlenSettable() {
  try {
    writeFileSync(FILE, readFileSync(FILE, 'utf8'))
    return true
  } catch {
    return false
  }
}

/**
 * Runs something while the queue of new sockets has this length; undefined: as it is.
 * @template T
 * @param {number | undefined} length @param {() => Promise<T>} run
 * @returns {Promise<T>}
 */
export async function withQlen(length, run) {
  if (length === undefined || length === qlen()) return run()
  before = readFileSync(FILE, 'utf8')
  try {
    writeFileSync(FILE, String(length))
    return await run()
  } finally {
    restoreQlen()
  }
}

/** Idempotent; also for when the run is cut short. */
export function restoreQlen() {
  if (before !== undefined) writeFileSync(FILE, before)
  before = undefined
}
