import type { EventView } from '../event.ts'
import type { Payload } from '../datagram.ts'
import { makeRoom, pushBounded, textField } from './fields.ts'
import { logLevel } from '../log-level.ts'
import { type Job, type LogLevel, type Machine, templateOf } from '../machine.ts'

/** How much of each machine's past its folded state holds; the rest is in the log. */
export const MACHINE_LIMITS = { transitions: 30, jobs: 20, log: 50, text: 500, name: 200 } as const

/**
 * Most machines in the state. A sender that invents names must not grow it without end, so above the limit those that
 * have been silent longest are forgotten, a tenth at a time to keep the cost of one event small.
 */
export const MAX_MACHINES = 1_000

const text = (payload: Payload, key: string, limit: number = MACHINE_LIMITS.name): string | null => {
  return textField(payload, key, limit)
}

function newMachine(event: EventView): Machine {
  return {
    name: event.machine,
    template: templateOf(event.machine),
    configType: null,
    state: null,
    stateSince: null,
    firstSeenAt: event.time,
    registeredAt: null,
    restarts: 0,
    terminatedAt: null,
    staleSince: null,
    lastEventAt: event.time,
    lastEventType: event.type,
    lastEventOffset: event.offset,
    events: 0,
    errors: 0,
    lastError: null,
    errorStanding: false,
    jobsCompleted: 0,
    jobsFailed: 0,
    jobs: [],
    transitions: [],
    log: [],
  }
}

function setState(machine: Machine, state: string, event: EventView): void {
  machine.stateSince = event.time
  machine.state = state
}

function log(machine: Machine, event: EventView, level: LogLevel, message: string): void {
  pushBounded(machine.log, { offset: event.offset, time: event.time, level, message }, MACHINE_LIMITS.log)
}

function startJob(machine: Machine, event: EventView): void {
  const id = text(event.payload, 'job_id')
  if (id === null) return
  machine.jobs = machine.jobs.filter((job) => job.id !== id)
  machine.jobs.push({
    id,
    type: text(event.payload, 'job_type'),
    startedAt: event.time,
    endedAt: null,
    outcome: 'running',
  })
  trimJobs(machine)
}

function endJob(machine: Machine, event: EventView, outcome: 'completed' | 'failed', id: string | null): void {
  if (outcome === 'completed') machine.jobsCompleted += 1
  else machine.jobsFailed += 1
  if (id === null) return
  const known = machine.jobs.find((job) => job.id === id && job.outcome === 'running')
  if (known) {
    known.endedAt = event.time
    known.outcome = outcome
    return
  }
  machine.jobs.push({ id, type: text(event.payload, 'job_type'), startedAt: null, endedAt: event.time, outcome })
  trimJobs(machine)
}

function trimJobs(machine: Machine): void {
  if (machine.jobs.length <= MACHINE_LIMITS.jobs) return
  const ended = machine.jobs.findIndex((job: Job) => job.outcome !== 'running')
  machine.jobs.splice(Math.max(ended, 0), 1)
}

function fail(machine: Machine, event: EventView, message: string): void {
  const jobId = text(event.payload, 'job_id')
  machine.errors += 1
  machine.errorStanding = true
  machine.lastError = { offset: event.offset, time: event.time, message, jobId }
  log(machine, event, 'error', message)
}

/**
 * Folds one event into the machines, in place: the core does this for every datagram, so nothing is copied. Returns the
 * machine that changed. Events of the panel itself create no machine.
 */
export function foldMachine(machines: Map<string, Machine>, event: EventView): Machine | undefined {
  let machine = machines.get(event.machine)
  if (event.origin !== 'machine') {
    if (machine && event.origin === 'panel' && event.type === 'machine_stale') machine.staleSince = event.time
    return machine
  }
  if (!machine) {
    makeRoom(machines, MAX_MACHINES, (each) => each.lastEventOffset)
    machine = newMachine(event)
    machines.set(event.machine, machine)
  }
  machine.events += 1
  machine.lastEventAt = event.time
  machine.lastEventType = event.type
  machine.lastEventOffset = event.offset
  machine.staleSince = null
  if (event.type !== 'machine_terminated') machine.terminatedAt = null

  const { payload } = event
  switch (event.type) {
    case 'machine_registered': {
      if (machine.registeredAt !== null) machine.restarts += 1
      machine.registeredAt = event.time
      machine.configType = text(payload, 'config_type') ?? machine.configType
      machine.errorStanding = false
      const state = text(payload, 'current_state')
      if (state !== null) setState(machine, state, event)
      break
    }
    case 'state_change': {
      const to = text(payload, 'to_state')
      if (to === null) break
      const from = text(payload, 'from_state')
      const jumped = machine.state !== null && from !== null && from !== machine.state
      pushBounded(
        machine.transitions,
        { offset: event.offset, time: event.time, from, to, trigger: text(payload, 'event_trigger'), jumped },
        MACHINE_LIMITS.transitions,
      )
      machine.errorStanding = false
      setState(machine, to, event)
      break
    }
    case 'machine_terminated':
      machine.terminatedAt = event.time
      machine.configType = text(payload, 'config_type') ?? machine.configType
      break
    case 'job_started':
      startJob(machine, event)
      break
    case 'job_completed':
      endJob(machine, event, 'completed', text(payload, 'job_id'))
      machine.errorStanding = false
      break
    case 'job_failed':
      endJob(machine, event, 'failed', text(payload, 'job_id'))
      fail(machine, event, text(payload, 'error_message', MACHINE_LIMITS.text) ?? event.type)
      break
    case 'error':
    case 'error_occurred': {
      const message =
        text(payload, 'error_message', MACHINE_LIMITS.text) ?? text(payload, 'message', MACHINE_LIMITS.text)
      fail(machine, event, message ?? event.type)
      break
    }
    case 'activity_log':
    case 'log_entry': {
      const message = text(payload, 'message', MACHINE_LIMITS.text) ?? text(payload, 'data', MACHINE_LIMITS.text)
      log(machine, event, logLevel(payload['level']), message ?? '')
      break
    }
    default:
      break
  }
  return machine
}
