import { MAX_DEPTH, MAX_NAME_LENGTH } from '../shared/datagram.ts'

export interface Garbage {
  readonly what: string
  readonly bytes: Buffer
  /** True where the datagram is hostile but follows the format: a panel takes it in, and must survive showing it. */
  readonly valid: boolean
}

const text = (what: string, value: string): Garbage => ({ what, bytes: Buffer.from(value), valid: false })
const bad = (what: string, value: unknown): Garbage => text(what, JSON.stringify(value))
const hostile = (what: string, value: unknown): Garbage => ({ ...bad(what, value), valid: true })

const log = (machine: string, message: unknown): unknown => ({
  machine_name: machine,
  type: 'activity_log',
  payload: { message, level: 'error', type: 'log', payload_keys: [] },
})

const SCRIPT = '<img src=x onerror="alert(1)"><script>alert(2)</script>'

/** Every kind of bad datagram that is known to us. */
export function garbage(): readonly Garbage[] {
  const deep = 20_000
  return [
    text('empty', ''),
    text('not JSON', 'hello, panel'),
    text('cut JSON', '{"machine_name":"lamp","type":"state_ch'),
    text('two objects', '{"machine_name":"lamp","type":"a"}{"machine_name":"lamp","type":"b"}'),
    { what: 'not UTF-8', bytes: Buffer.from('{"machine_name":"l\xe4mp","type":"a"}', 'latin1'), valid: false },
    bad('array', [1, 2, 3]),
    bad('null', null),
    bad('number', 42),
    bad('string', 'lamp'),
    bad('no machine name', { type: 'initial', machines: [], timestamp: 1 }),
    bad('empty machine name', { machine_name: '', type: 'a' }),
    bad('machine name is a number', { machine_name: 7, type: 'a' }),
    bad('control character in the machine name', { machine_name: 'lamp\u001b[2J', type: 'a' }),
    bad('over-long machine name', { machine_name: 'm'.repeat(MAX_NAME_LENGTH + 1), type: 'a' }),
    bad('no type', { machine_name: 'lamp', payload: {} }),
    bad('type is an object', { machine_name: 'lamp', type: {} }),
    bad('over-long type', { machine_name: 'lamp', type: 't'.repeat(MAX_NAME_LENGTH + 1) }),
    bad('70 KB', { machine_name: 'lamp', type: 'big', payload: { text: 'x'.repeat(70_000) } }),
    text('far too deep', `{"machine_name":"lamp","type":"deep","payload":${'['.repeat(deep)}${']'.repeat(deep)}}`),
    text(
      'a little too deep',
      `{"machine_name":"lamp","type":"deep","payload":${'['.repeat(MAX_DEPTH + 1)}${']'.repeat(MAX_DEPTH + 1)}}`,
    ),
    hostile('HTML in the names', { machine_name: SCRIPT, type: SCRIPT, payload: { message: SCRIPT } }),
    hostile('HTML in a message', log('hostile', SCRIPT)),
    hostile('HTML in a state', { machine_name: 'hostile', type: 'state_change', payload: { to_state: SCRIPT } }),
    hostile('right-to-left override', log('evil\u202etxt', 'abc\u202edef')),
    hostile('a lone surrogate', log('hostile', '\ud800')),
    hostile('long message', log('hostile', 'long '.repeat(2_000))),
    hostile('payload is a string', { machine_name: 'hostile', type: 'state_change', payload: 'red' }),
    hostile('timestamps from nowhere', { machine_name: 'hostile', type: 'a', payload: { timestamp: -1e300 } }),
    hostile('poses as the panel', {
      machine_name: 'hostile',
      type: 'panel_stopped',
      origin: 'panel',
      offset: 1,
      time: 1,
    }),
    hostile('poses as the old server', { machine_name: 'hostile', type: 'initial', machines: [], timestamp: 1 }),
    {
      what: 'reaches for the prototype',
      bytes: Buffer.from('{"machine_name":"__proto__","type":"constructor","payload":{"__proto__":{"polluted":true}}}'),
      valid: true,
    },
  ]
}
