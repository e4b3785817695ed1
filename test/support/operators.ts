import { OPEN } from './access.ts'
import type { Asked, Operations } from '../../src/core/operations.ts'
import type { Operator } from '../../src/core/operator.ts'
import type { Command, Expectation } from '../../src/shared/command.ts'
import type { Payload } from '../../src/shared/datagram.ts'
import type { CoreStage } from './core-stage.ts'

export const ANNA: Operator = { session: 'session-anna', name: 'Anna', local: false, access: OPEN }
export const BORIS: Operator = { session: 'session-boris', name: 'Boris', local: false, access: OPEN }
export const CARLA: Operator = { session: 'session-carla', name: 'Carla', local: false, access: OPEN }
/** At the machine's own display. */
export const DISPLAY: Operator = { session: 'session-display', name: 'Local display', local: true, access: OPEN }

/** One event of the log, as far as tests of commands and control look at it. */
export interface LoggedEvent {
  readonly offset: number
  readonly origin: string
  readonly machine: string
  readonly type: string
  readonly payload: Payload
}

/** All events of the stage's hub, or those about one command. */
export function logged({ hub }: Pick<CoreStage, 'hub'>, id?: string): LoggedEvent[] {
  const all = hub.entries(hub.first - 1).map(({ text }) => {
    const { offset, origin, body } = JSON.parse(text) as {
      offset: number
      origin: string
      body: { machine_name: string; type: string; payload: Payload }
    }
    return { offset, origin, machine: body.machine_name, type: body.type, payload: body.payload }
  })
  return id === undefined ? all : all.filter(({ payload }) => payload['id'] === id)
}

export interface Wanted {
  readonly machine?: string
  readonly type?: string
  readonly payload?: Record<string, unknown>
  readonly expectation?: Expectation
  readonly timeout?: number
  readonly at?: number
  readonly confirmed?: boolean
}

/** Gives a machine an event; by default `press` the event `go`, for Anna. */
export function ask(operations: Operations, id: string, wanted: Wanted = {}, operator = ANNA): Asked {
  const { machine = 'press', type = 'go', payload, ...rest } = wanted
  return operations.command(
    { command: id, machine, event: { type, ...(payload ? { payload } : {}) }, ...rest },
    operator,
  )
}

/** The command that was asked for; thrown where there is none. */
export function commandOf(asked: Asked | undefined): Command {
  if (asked?.kind !== 'asked') throw new Error('the id was used before')
  return asked.command
}

/** A machine that was heard of, with Anna in control. */
export function underControl(stage: CoreStage, machine = 'press', operator = ANNA): CoreStage {
  stage.event(machine, 'machine_registered', { current_state: 'idle' })
  stage.control.request(machine, operator)
  return stage
}
