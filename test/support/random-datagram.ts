import type { Entry } from '../../src/core/entry.ts'
import type { Hub } from '../../src/core/hub.ts'
import type { Datagram, Payload } from '../../src/shared/datagram.ts'
import type { Origin } from '../../src/shared/event.ts'
import type { Random } from './random.ts'

/** A body and its text, as a machine program might have sent it. */
export interface RandomDatagram {
  readonly body: Datagram
  readonly text: string
}

/** An event as the panel or an operator might report it. */
export interface RandomReport {
  readonly origin: Exclude<Origin, 'machine'>
  readonly machine: string
  readonly type: string
  readonly payload: Payload
}

const MACHINES = ['press_001', 'press_002', 'oven', 'Лампа']
const TAGS = ['pressure', 'speed', 'температура', '__proto__']

/** Device ids of every machine. One with a slash may be read as another one of a machine whose name goes on so. */
export const RANDOM_DEVICES = ['d', 'b/d', '__proto__', 'мотор']

const DEVICE_TYPES = ['motor', 'servo', 'valve', 'lamp']
const FLOW_STATUSES = ['running', 'paused', 'stopped', 'completed', 'failed', 'nonsense']
const COMMANDS = 60
const SESSIONS = ['s1', 's2', 's3']

type Make = (random: Random, number: number) => Omit<Datagram, 'machine_name'>

/** What the machines of a small plant send: something of every family, and what nobody knows. */
export function randomDatagram(random: Random, machines: readonly string[] = MACHINES): RandomDatagram {
  const family = random.pick([PLAIN, PLAIN, DEVICE, FLOW, WORKFLOW])
  const body = { machine_name: random.pick(machines), ...random.pick(family)(random, random.integer(0, 9)) }
  const plain = JSON.stringify(body)
  return { body, text: random.chance(0.5) ? plain : escaped(plain) }
}

const PLAIN: readonly Make[] = [
  (_, n) => ({ type: 'machine_registered', payload: { config_type: 'press', current_state: `s${n}` } }),
  () => ({ type: 'machine_terminated', payload: {} }),
  (_, n) => ({ type: 'state_change', payload: { from_state: `s${n}`, to_state: `s${n + 1}` } }),
  (_, n) => ({ event_type: 'job_started', payload: { job_id: `j${n}` } }),
  (_, n) => ({ type: 'job_completed', payload: { job_id: `j${n}` } }),
  (_, n) => ({ type: 'job_failed', payload: { job_id: `j${n}`, error_message: 'no paper' } }),
  (_, n) => ({ type: 'activity_log', payload: { level: 'warn', message: `Няма хартия ${n}` } }),
  (random, n) => ({
    type: 'error_occurred',
    payload: { message: `Грешка ${n}`, ...(random.chance(0.5) ? { executionId: `x${n % 4}` } : {}) },
  }),
  (_, n) => ({ type: 'whatever', payload: [n] }),
  // A machine may say so, but it commands nobody.
  (_, n) => ({ type: 'command_confirmed', payload: { id: `command-${n}`, device: 'd' } }),
  () => ({ type: 'control_granted', payload: { session: 'mine' } }),
]

const DEVICE: readonly Make[] = [
  (random, n) => ({
    type: 'device_update',
    payload: { device_id: random.pick(RANDOM_DEVICES), new_state: { [random.pick(TAGS)]: n, speed: random.next() } },
  }),
  (random, n) => ({
    type: 'device_update',
    payload: {
      device_id: random.pick(RANDOM_DEVICES),
      device_type: random.pick(DEVICE_TYPES),
      status: random.pick(['online', 'offline', 'success']),
      current_value: random.chance(0.5) ? n : { [random.pick(TAGS)]: `${n}` },
      quality: random.pick(['good', 'bad', 'Uncertain_LastUsableValue', 0]),
      last_updated: 1_795_236_900 + n,
    },
  }),
  (random) => ({ type: 'device_update', payload: { device_id: random.pick([7, '', null]), value: random.next() } }),
  (random, n) => ({
    type: 'tag_update',
    payload: { device_id: random.pick(RANDOM_DEVICES), tag: random.pick(TAGS), value: n },
  }),
  (random, n) => ({ type: 'tag_update', payload: { tag: random.pick(TAGS), value: n } }),
  (_, n) => ({ type: 'tag_update', payload: { value: n } }),
  (_, n) => ({
    type: 'hardware_health_update',
    payload: { controllersOnline: n, totalControllers: 9, criticalIssuesCount: n % 2 },
  }),
  (random, n) => ({
    type: 'connection_event',
    payload: {
      connection_type: `link-${n % 3}`,
      direction: random.pick(['send', 'receive', 'error']),
      data_size_bytes: n,
      response_time_ms: n,
    },
  }),
]

/** Events of a flow may name their session, their program, or neither. */
function flowOf(random: Random, n: number): Payload {
  const programId = `p${n % 2}`
  return random.pick([
    { executionContext: { executionSessionId: `x${n % 4}`, programId, programName: 'Път', cycleId: `c${n % 3}` } },
    { executionContext: { executionSessionId: `x${n % 4}` } },
    { programId },
    {},
  ])
}

const block = (n: number): Payload => ({ blockId: `b${n % 4}`, blockName: `Блок ${n}`, deviceName: 'd' })

const FLOW: readonly Make[] = [
  (random, n) => ({ type: 'block_started', payload: { ...flowOf(random, n), ...block(n) } }),
  (random, n) => ({
    type: 'block_executed_enhanced',
    payload: { ...flowOf(random, n), ...block(n), success: n % 3 > 0, result: { n }, timing: { duration: n / 2 } },
  }),
  (random, n) => ({
    type: 'action_template_started',
    payload: { ...flowOf(random, n), actionTemplateId: `a${n % 2}`, actionIndex: n, totalActions: 9 },
  }),
  (random, n) => ({
    type: 'action_template_completed',
    payload: { ...flowOf(random, n), actionTemplateId: `a${n % 2}`, success: n % 3 > 0 },
  }),
  (random, n) => ({ type: 'cycle_completed', payload: { ...flowOf(random, n), success: n % 3 > 0 } }),
  (random, n) => ({
    type: 'flow_status_changed',
    payload: { ...flowOf(random, n), status: random.pick(FLOW_STATUSES) },
  }),
  (random, n) => ({
    type: 'initial_execution_state',
    payload: { ...flowOf(random, n), active: [block(n)], recent: [{ ...block(n + 1), blockStatus: 'completed' }] },
  }),
]

const workflow = (n: number): Payload => ({ workflowId: `w${n % 2}`, executionId: `x${n % 4}` })

const WORKFLOW: readonly Make[] = [
  (_, n) => ({ type: 'workflow:started', payload: { ...workflow(n), workflowName: 'Ред', totalNodes: 9 } }),
  (_, n) => ({ type: 'workflow:progress', payload: { ...workflow(n), completedNodes: n, totalNodes: 9 } }),
  (random, n) => ({
    type: `workflow:${random.pick(['completed', 'failed', 'cancelled', 'paused', 'resumed'])}`,
    payload: { ...workflow(n), error: `Грешка ${n}` },
  }),
  (_, n) => ({ type: 'node:started', payload: { ...workflow(n), nodeId: `n${n % 5}`, nodeType: 'task' } }),
  (random, n) => ({
    type: `node:${random.pick(['completed', 'failed', 'skipped'])}`,
    payload: { ...workflow(n), nodeId: `n${n % 5}`, result: { n } },
  }),
]

/**
 * What the panel and operators say of these machines: the lives of commands, who has control, and silence. Every event
 * of a command names the command's own machine and device.
 */
export function randomReport(random: Random, machines: readonly string[] = MACHINES): RandomReport {
  const kind = random.integer(0, 10)
  if (kind > 9) return alarmReport(random, random.pick(machines))
  if (kind === 0) return { origin: 'panel', machine: random.pick(machines), type: 'machine_stale', payload: {} }
  if (kind < 4) return controlReport(random, random.pick(machines))
  const number = random.integer(0, COMMANDS - 1)
  const machine = machines[number % machines.length] ?? ''
  const device = number % 3 === 0 ? null : (RANDOM_DEVICES[number % RANDOM_DEVICES.length] ?? null)
  const named = { id: `command-${number}`, device }
  const type = `command_${random.pick(['requested', 'requested', 'accepted', 'refused', 'confirmed', 'failed', 'timed_out'])}`
  if (type !== 'command_requested') {
    return { origin: 'panel', machine, type, payload: { ...named, settled_by: 1, reason: `${number}` } }
  }
  const expectation =
    device === null ? { kind: 'transition' } : { kind: 'tag', device, tag: random.pick(TAGS), value: 1, tolerance: 0 }
  const payload = { ...named, type: 'device_control', payload: { speed: number }, by: 'Ана', expectation }
  return { origin: 'operator', machine, type, payload }
}

function alarmReport(random: Random, machine: string): RandomReport {
  const alarm = `${encodeURIComponent(machine)}/${random.integer(0, 5)}`
  const type = `alarm_${random.pick(['raised', 'raised', 'cleared', 'acknowledged', 'reset', 'shelved', 'unshelved', 'suppressed', 'unsuppressed', 'removed_from_service', 'returned_to_service', 'silenced', 'commented'])}`
  const payload = {
    alarm,
    priority: random.pick(['critical', 'low']),
    by: 'Ана',
    reason: 'r',
    latches: random.chance(0.5),
  }
  return { origin: random.pick(['panel', 'operator']), machine, type, payload }
}

function controlReport(random: Random, machine: string): RandomReport {
  const session = random.pick(SESSIONS)
  const [type, payload] = random.pick<[string, Payload]>([
    ['control_granted', { session, holder: 'Ана', local: true }],
    ['control_released', { session }],
    ['control_requested', { session, holder: 'Борис', at: 1_795_236_999_000 }],
    ['control_kept', {}],
    ['control_grace', { until: 1_795_236_999_000 }],
    ['control_resumed', {}],
  ])
  return { origin: random.pick(['panel', 'operator']), machine, type, payload }
}

/** One random event of a machine, the panel or an operator, taken in by the hub. */
export function randomEvent(hub: Hub, random: Random, machines?: readonly string[]): Entry {
  if (random.chance(0.3)) {
    const { origin, machine, type, payload } = randomReport(random, machines)
    return hub.report(origin, machine, type, payload)
  }
  const { text } = randomDatagram(random, machines)
  return hub.append('machine', JSON.parse(text) as Datagram, text)
}

/** As Python writes it: what is not ASCII as \uXXXX. */
export function escaped(json: string): string {
  return json.replaceAll(/[\u0080-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
