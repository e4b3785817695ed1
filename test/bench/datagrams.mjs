// What the machine programs of the benchmark say: the state-machine engine's events, about 200 bytes each.

/** Every number is written with as many digits as this has, so that a datagram is patched in place. */
const BASE = 1_000_000_000_000_000
const DIGITS = 16
const SENT = Buffer.from('"sent":')

/** @param {number} machine */
const cycle = (machine) => {
  const machine_name = `press_${String(machine).padStart(3, '0')}`
  const timestamp = 1795236900.64
  return [
    { type: 'state_change', payload: { from_state: 'idle', to_state: 'pressing', event_trigger: 'part_in' } },
    { type: 'job_started', payload: { job_id: `job_${machine}`, job_type: 'pressing' } },
    { type: 'activity_log', payload: { message: 'Received part_in from the gripper', level: 'info', type: 'part_in' } },
    { type: 'state_change', payload: { from_state: 'pressing', to_state: 'cooling', event_trigger: 'timeout(0.4)' } },
    {
      type: 'activity_log',
      payload: { message: 'K\u00fchlung l\u00e4uft, 42 \u00b0C', level: 'debug', type: 'cooling' },
    },
    { type: 'job_completed', payload: { job_id: `job_${machine}`, job_type: 'pressing' } },
    { type: 'state_change', payload: { from_state: 'cooling', to_state: 'idle', event_trigger: 'cooled' } },
    { type: 'quality_report', payload: { part: 'A-4711', width: 12.004, height: 8.998, ok: true } },
  ].map(({ type, payload }) =>
    JSON.stringify({ machine_name, type, payload: { ...payload, timestamp, sent: BASE } }).replaceAll(
      /[\u0080-\uffff]/g,
      (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  )
}

/** The texts of ten machines' cycles; none of them is telemetry, so nothing may be conflated. */
export const TEXTS = [...Array(10).keys()].flatMap((machine) => cycle(machine + 1))

/** Mean size of a datagram, bytes. */
export const MEAN_BYTES = Math.round(TEXTS.reduce((sum, text) => sum + text.length, 0) / TEXTS.length)

/** Microseconds of a clock that all processes of this computer share. */
export const nowUs = () => Math.round(Number(process.hrtime.bigint()) / 1000)

/**
 * The datagrams to send, one after the other and again from the beginning: buffers that are used again, and the place
 * of the time in each.
 * @returns {(i: number) => { bytes: Buffer, at: number }}
 */
export function datagrams() {
  const all = TEXTS.map((text) => {
    const bytes = Buffer.from(text)
    return { bytes, at: bytes.indexOf(SENT) + SENT.length }
  })
  return (i) => {
    const datagram = all[i % all.length]
    if (!datagram) throw new Error('there are no datagrams')
    return datagram
  }
}

/**
 * Writes the time of sending into a datagram.
 * @param {Buffer} bytes @param {number} at @param {number} us
 */
export function stamp(bytes, at, us) {
  let rest = us
  for (let i = at + DIGITS - 1; i > at; i -= 1) {
    bytes[i] = 0x30 + (rest % 10)
    rest = Math.floor(rest / 10)
  }
}

/**
 * Calls back with the time of sending of every event in a frame. Returns how many there were.
 * @param {Buffer} bytes @param {(us: number) => void} each
 */
export function readStamps(bytes, each) {
  let count = 0
  for (let at = bytes.indexOf(SENT); at >= 0; at = bytes.indexOf(SENT, at + 150)) {
    let us = 0
    for (let i = at + SENT.length + 1; i < at + SENT.length + DIGITS; i += 1) us = us * 10 + (bytes[i] ?? 0x30) - 0x30
    count += 1
    each(us)
  }
  return count
}
