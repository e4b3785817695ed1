import type { LinkStatus } from '../../../client/status.ts'
import { CLOSE_CODES } from '../../../shared/close-codes.ts'
import type { ListenerHealth, Problem, RefusedSample } from '../../../shared/health.ts'
import type { Machine } from '../../../shared/machine.ts'

const MINUTE = 60_000

function machineAt(now: number): Machine {
  const states = ['idle', 'clamping', 'pressing', 'cooling', 'releasing']
  const transitions = Array.from({ length: 9 }, (_, index) => ({
    offset: index + 1,
    time: now - (9 - index) * 27_000 + (index % 3) * 6_000,
    from: states[index % 5] ?? null,
    to: states[(index + 1) % 5] ?? '',
    trigger: index % 2 === 0 ? 'timeout(0.4)' : 'part_clamped',
    jumped: index === 5,
  }))
  return {
    name: 'press_001',
    template: 'press',
    configType: 'press',
    state: 'releasing',
    stateSince: transitions.at(-1)?.time ?? now,
    firstSeenAt: now - 60 * MINUTE,
    registeredAt: now - 60 * MINUTE,
    restarts: 1,
    terminatedAt: null,
    staleSince: null,
    lastEventAt: now - 2_000,
    lastEventType: 'state_change',
    lastEventOffset: 9,
    events: 4_211,
    errors: 0,
    lastError: null,
    errorStanding: false,
    jobsCompleted: 118,
    jobsFailed: 2,
    jobs: [
      { id: 'job-4711', type: 'stamp', startedAt: now - 200_000, endedAt: now - 120_000, outcome: 'completed' },
      { id: 'job-4712', type: 'stamp', startedAt: now - 110_000, endedAt: now - 109_600, outcome: 'failed' },
      { id: 'job-4713', type: null, startedAt: null, endedAt: now - 90_000, outcome: 'completed' },
      { id: 'job-4714', type: 'stamp', startedAt: now - 45_000, endedAt: null, outcome: 'running' },
    ],
    transitions,
    log: (['debug', 'info', 'warning', 'error'] as const).map((level, index) => ({
      offset: index + 20,
      time: now - (4 - index) * 9_000,
      level,
      message: `Pressure ${84 + index}.2 bar`,
    })),
  }
}

/** A machine in every state that its card and its page can show. */
export function sampleMachines(now: number): Readonly<Record<string, Machine>> {
  const machine = machineAt(now)
  const error = { offset: 9, time: now - 12_000, message: 'Valve V12 does not follow its set-point', jobId: 'job-4712' }
  return {
    running: { ...machine, transitions: machine.transitions.map((each) => ({ ...each, jumped: false })) },
    error: { ...machine, name: 'press_002', state: 'pressing', errors: 3, lastError: error, errorStanding: true },
    stale: { ...machine, name: 'press_003', staleSince: now - 5_000, lastEventAt: now - 40_000, transitions: [] },
    'stale and error': {
      ...machine,
      name: 'press_004',
      staleSince: now - 5_000,
      lastEventAt: now - 40_000,
      lastError: error,
      errorStanding: true,
    },
    ended: { ...machine, name: 'press_005', terminatedAt: now - 3 * MINUTE, transitions: [] },
    jumped: { ...machine, name: 'press_006', transitions: machine.transitions.slice(0, 6) },
    'no state': { ...machine, name: 'cli', state: null, stateSince: null, configType: null, transitions: [] },
    long: {
      ...machine,
      name: 'a machine/with % a name that never ends and 🏭 in it so that it must be cut off somewhere',
      state: 'waiting_for_the_operator_to_confirm',
      configType: 'a_type_that_is_long_as_well',
      lastEventType: 'an_event_type_of_many_words',
      transitions: [],
    },
    markup: { ...machine, name: '<img src=x onerror=alert(1)>', state: '<b>bold</b>', transitions: [] },
    'right to left': { ...machine, name: 'آلة الضغط', state: 'يعمل', configType: 'مكبس', transitions: [] },
  }
}

/** The link in every state. */
export function sampleLinks(now: number): Readonly<Record<string, LinkStatus>> {
  return {
    connecting: { kind: 'connecting' },
    live: { kind: 'live', roundTripMs: 3.4 },
    reconnecting: { kind: 'reconnecting', attempt: 3, since: now, retryAt: now + 8_000, reason: '' },
    trying: { kind: 'reconnecting', attempt: 3, since: now, retryAt: null, reason: '' },
    offline: { kind: 'offline', since: now },
    refused: { kind: 'refused', close: CLOSE_CODES.protocol_unsupported },
    closed: { kind: 'closed' },
  }
}

export const SAMPLE_PROBLEMS: readonly Problem[] = [
  { code: 'unix_datagrams_unavailable', message: 'unix-dgram is not installed.', remedy: 'npm rebuild unix-dgram' },
]

export function sampleListeners(now: number): ListenerHealth[] {
  const counts = { received: 4_225, accepted: 4_211, refused: { not_json: 9, truncated: 5 }, errors: 0 }
  return [
    { kind: 'unix', address: '/tmp/events.sock', state: 'listening', problem: null, ...counts, lastReceivedAt: now },
    {
      kind: 'udp',
      address: '127.0.0.1:5599',
      state: 'failed',
      problem: 'The address is in use.',
      received: 0,
      accepted: 0,
      refused: {},
      errors: 1,
      lastReceivedAt: null,
    },
  ]
}

export function sampleRefusals(now: number): RefusedSample[] {
  return [
    { time: now, listener: '/tmp/events.sock', reason: 'not_json', bytes: 5_000, text: '{"machine_name":"old","type' },
    { time: now, listener: '/tmp/events.sock', reason: 'not_utf8', bytes: 9, text: '\u0000\u001b[31m<b>\ufffd' },
  ]
}
