import type { Refusal } from '../../src/shared/health.ts'
import { Random } from '../support/random.ts'

const words = (text: string): string[] => text.trim().split(/\s+/)

const NAMES = [
  'm',
  'press_001',
  'преса',
  'a b',
  '<script>',
  '__proto__',
  'constructor',
  '😀',
  '"quoted"',
  '\\',
  '{[',
  'm\ud800',
]
/** Of every family: each is folded, looked at for alarms, recorded. */
const TYPES = words(`
  state_change machine_registered machine_terminated machine_stale job_started job_completed error
  error_occurred activity_log log_entry connection_event initial x ANY device_update tag_update
  hardware_health_update status_change initial_execution_state block_started block_executed
  flow_status_changed cycle_completed action_template_started workflow:started workflow:progress
  workflow:result node:started node:failed alarm_raised alarm_cleared command_result command_requested
  control_granted panel_started
`)
const ODD: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  'x',
  [],
  {},
  [[]],
  { toString: 1, valueOf: null },
  { length: -1 },
]
const KEYS = words(`
  to_state from_state current_state event_trigger level message error error_message module job_id
  job_type device_id device_type new_state tag value quality device last_updated executionId
  executionContext blockId blockStatus status programId cycleId actionTemplateId workflowId
  workflowDefinition nodeId result definition totalNodes estimatedTimeRemaining connection_type
  direction success response_time_ms data_size_bytes id alarm_id alarm priority limit active command_id
  session holder until reason timestamp __proto__ constructor x
`)
/** What a payload's fields hold more often than anything: things find each other again. */
const USUAL = ['m', 'press_001', 'd', 'd\ud800', 'running', 'completed', 'error', 'good', 'high', 1, 0, true]

/** A value of any kind, not deep. */
function anything(random: Random, depth = 0): unknown {
  if (depth > 3 || random.chance(0.5))
    return random.pick<unknown>([...ODD.filter((each) => each !== null), 'Ж€😀', '\ud800'])
  if (random.chance(0.5)) return Array.from({ length: random.integer(0, 3) }, () => anything(random, depth + 1))
  return Object.fromEntries(
    Array.from({ length: random.integer(0, 3) }, () => [random.pick(KEYS), anything(random, depth + 1)]),
  )
}

function payload(random: Random): Record<string, unknown> {
  const field = (): unknown => (random.chance(0.6) ? random.pick<unknown>(USUAL) : anything(random, 2))
  return Object.fromEntries(Array.from({ length: random.integer(1, 8) }, () => [random.pick(KEYS), field()]))
}

function valid(random: Random): Record<string, unknown> {
  return {
    machine_name: random.pick(NAMES),
    [random.chance(0.8) ? 'type' : 'event_type']: random.pick(TYPES),
    ...(random.chance(0.8) ? { payload: random.chance(0.2) ? anything(random) : payload(random) } : {}),
    ...(random.chance(0.2) ? { [random.pick(KEYS)]: anything(random) } : {}),
  }
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

/** Changes a few bytes: the datagram is nearly what it was, or nearly JSON, or nearly UTF-8. */
function mutated(random: Random, bytes: Buffer): Buffer {
  let result = Buffer.from(bytes)
  for (let i = random.integer(1, 3); i > 0 && result.length > 0; i -= 1) {
    const at = random.integer(0, result.length - 1)
    const kind = random.integer(0, 4)
    if (kind === 0) result[at] = random.integer(0, 255)
    else if (kind === 1) result = Buffer.concat([result.subarray(0, at), result.subarray(at + 1)])
    else if (kind === 2)
      result = Buffer.concat([
        result.subarray(0, at),
        Buffer.from(random.pick(['"', '{', ']', '\\', '\0', ',', '\ufeff', ' '])),
        result.subarray(at),
      ])
    else if (kind === 3) result = result.subarray(0, at)
    else result = Buffer.concat([result, result.subarray(at)])
  }
  return result
}

/** The kinds of datagrams that a plant should be afraid of. */
const KINDS: readonly ((random: Random) => Buffer)[] = [
  (random) => json(valid(random)),
  (random) => json(valid(random)),
  (random) => mutated(random, json(valid(random))),
  (random) => mutated(random, json(valid(random))),
  (random) => random.bytes(random.integer(0, 300)),
  (random) =>
    Buffer.from(String.fromCharCode(...Array.from({ length: random.integer(0, 50) }, () => random.integer(32, 126)))),
  (random) => json(anything(random)),
  // A key is wrong.
  (random) =>
    json({
      ...valid(random),
      [random.pick(['machine_name', 'type', 'event_type'])]: random.pick<unknown>(ODD.map((each) => each ?? false)),
    }),
  (random) => json({ ...valid(random), [random.pick(['machine_name', 'type', 'event_type'])]: null }),
  (random) =>
    json({
      ...valid(random),
      [random.pick(['machine_name', 'type'])]: `x${random.pick(['\0', '\n', '\u001b', '\u007f', '\u009b'])}`,
    }),
  (random) =>
    json({
      ...valid(random),
      [random.pick(['machine_name', 'type'])]: random.pick(['x', '😀', 'e\u0301']).repeat(random.integer(60, 130)),
    }),
  (random) => json(Object.fromEntries(Object.entries(valid(random)).filter(() => random.chance(0.6)))),
  // Keys twice, in the text.
  (random) => Buffer.from(`{"machine_name":"a","type":"b",${JSON.stringify(valid(random)).slice(1)}`),
  // Deep.
  (random) => {
    const depth = random.integer(55, 75)
    const [open, close] = random.pick([
      ['[', ']'],
      ['{"a":', '}'],
      ['[', '}'],
      ['[', ''],
    ] as const)
    return Buffer.from(`{"machine_name":"m","type":"x","payload":${open.repeat(depth)}1${close.repeat(depth)}}`)
  },
  // Poses as something that it is not.
  (random) =>
    Buffer.from(
      random.pick([
        '{"type":"initial","machines":[]}',
        '{"machine_name":"m","type":"machine_stale","origin":"panel","offset":1,"time":0}',
        '{"offset":1,"time":1,"origin":"operator","body":{"machine_name":"m","type":"x"}}',
        '{"machine_name":"m","type":"x"},{"machine_name":"n","type":"y"}',
        '{"machine_name":"m","type":"x"}}]}',
        '{"machine_name":"m","type":"x","payload":"]}}"}',
        'ping',
        'null',
        '',
        ' ',
        '\ufeff{"machine_name":"m","type":"x"}',
        'GET / HTTP/1.1\r\n\r\n',
      ]),
    ),
]

/** Large ones, now and then: they cost the most. */
const LARGE: readonly ((random: Random) => Buffer)[] = [
  (random) =>
    json({ machine_name: 'm', type: 'log_entry', payload: { message: 'x'.repeat(random.integer(1_000, 60_000)) } }),
  (random) => {
    const bytes = random.integer(65_530, 65_540)
    const frame = '{"machine_name":"m","type":"x","payload":""}'
    return Buffer.from(frame.replace('""', `"${'x'.repeat(bytes - frame.length)}"`))
  },
  (random) => Buffer.alloc(random.integer(65_000, 100_000), '['),
  (random) => Buffer.alloc(random.integer(1_000, 65_000), random.integer(0, 255)),
]

export function garbage(random: Random): Buffer {
  return random.chance(0.005) ? random.pick(LARGE)(random) : random.pick(KINDS)(random)
}

/**
 * What must become of a datagram, by PROTOCOL.md and by other means than the decoder's: TextDecoder, a regular
 * expression for the depth, code points by spreading.
 */
export function expectedOf(bytes: Buffer): Refusal | 'accepted' {
  if (bytes.length === 0) return 'empty'
  if (bytes.length >= 65_536) return 'truncated'
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return 'not_utf8'
  }
  if (depthOf(text) > 64) return 'too_deep'
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'not_json'
  }
  if (Object.prototype.toString.call(value) !== '[object Object]') return 'not_object'
  const fields = new Map(Object.entries(value as object))
  const name: unknown = fields.get('machine_name')
  if (typeof name !== 'string' || name === '') return 'no_machine_name'
  if (!isName(name)) return 'bad_machine_name'
  const types = ['type', 'event_type'].filter((key) => fields.has(key)).map((key) => fields.get(key) as unknown)
  if (types.length > 0 && types.every(isName)) return 'accepted'
  const first = types.find((type) => type !== null)
  return typeof first === 'string' && first !== '' ? 'bad_type' : 'no_type'
}

const isName = (value: unknown): boolean =>
  typeof value === 'string' && value !== '' && Array.from(value).length <= 128 && !/\p{Cc}/u.test(value)

/** Text that is too short to be JSON of that depth is not counted: it fails as JSON. */
function depthOf(text: string): number {
  if (text.length < 128) return 0
  const outside = text.replaceAll(/"[^"\\]*(?:\\[^][^"\\]*)*(?:"|\\?$)/g, '')
  let depth = 0
  let deepest = 0
  for (const bracket of outside.match(/[[\]{}]/g) ?? []) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1
    deepest = Math.max(deepest, depth)
  }
  return deepest
}
