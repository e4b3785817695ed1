// A process that sends datagrams as a machine program does: unbound and non-blocking.
import { answer } from './answers.mjs'
import { datagramSocket, loadBinding } from './binding.mjs'
import { datagrams, nowUs, stamp } from './datagrams.mjs'

const EAGAIN = -11
/** How often a refused send is repeated at once before the sender sleeps for a moment and leaves its core to others. */
const SPINS = 30
const NAP_MS = 0.01
/** The longest time that any of this may take. */
const LIMIT_US = 30_000_000

const binding = loadBinding()
const fd = datagramSocket(binding)
const datagram = datagrams()
const pillow = new Int32Array(new SharedArrayBuffer(4))

/** @param {number} ms */
const nap = (ms) => Atomics.wait(pillow, 0, 0, ms)

/** @param {Buffer} bytes @param {string} path */
function trySend(bytes, path) {
  const status = binding.sendto(fd, bytes, 0, bytes.length, path)
  if (status < 0 && status !== EAGAIN) throw new Error(`sending failed (errno ${-status})`)
  return status >= 0
}

/**
 * Sends one datagram, however often it is refused. Returns how often that was.
 * @param {Buffer} bytes @param {string} path @param {number} until
 */
function send(bytes, path, until) {
  let refused = 0
  while (!trySend(bytes, path)) {
    refused += 1
    if (refused % SPINS === 0) {
      nap(NAP_MS)
      if (nowUs() > until) throw new Error('the receiver does not take anything any more')
    }
  }
  return refused
}

/**
 * Sends at the given moment of a schedule.
 * @typedef {{ path: string, count: number, perSecond?: number }} Order `perSecond` missing: as fast as they are taken
 * @typedef {object} Sent all times in microseconds of the shared clock
 * @property {number} first
 * @property {number} last
 * @property {number} refused datagrams that were not accepted at once: an engine would have lost them
 * @property {number} blocked longest time that one datagram waited
 * @property {number} blockedTotal
 */

/** @param {Order} order @returns {Sent} */
function flood({ path, count }) {
  const first = nowUs()
  const until = first + LIMIT_US
  let refused = 0
  for (let i = 0; i < count; i += 1) {
    const { bytes } = datagram(i)
    if (send(bytes, path, until) > 0) refused += 1
  }
  const last = nowUs()
  return { first, last, refused, blocked: 0, blockedTotal: 0 }
}

/**
 * The time in a datagram is when it was to be sent, so that what the receiver makes the sender wait counts; what the
 * sender overslept by itself does not.
 * @param {Order} order @returns {Sent}
 */
function pace({ path, count, perSecond = 1000 }) {
  const first = nowUs()
  const until = first + LIMIT_US
  const interval = 1e6 / perSecond
  let refused = 0
  let blocked = 0
  let blockedTotal = 0
  let woke = first
  for (let i = 0; i < count; i += 1) {
    const due = first + i * interval
    while (nowUs() < due) {
      nap((due - nowUs()) / 1000)
      woke = nowUs()
    }
    const { bytes, at } = datagram(i)
    stamp(bytes, at, Math.round(Math.max(due, woke)))
    if (!trySend(bytes, path)) {
      refused += 1
      const since = nowUs()
      send(bytes, path, until)
      const waited = nowUs() - since
      blockedTotal += waited
      blocked = Math.max(blocked, waited)
    }
  }
  return { first, last: nowUs(), refused, blocked, blockedTotal }
}

/** Sends without ever repeating. Returns how many were accepted. @param {Order} order */
function burst({ path, count }) {
  let accepted = 0
  for (let i = 0; i < count; i += 1) {
    const { bytes } = datagram(i)
    if (trySend(bytes, path)) accepted += 1
  }
  return accepted
}

answer({ flood, pace, burst })
