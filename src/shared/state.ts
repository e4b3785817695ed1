import Type from 'typebox'
import { coversMachine, type Filter } from './channel.ts'
import { type AndonEvent, AndonEventSchema, viewEvent } from './event.ts'
import { foldMachine } from './fold/machines.ts'
import { foldRecent } from './fold/recent.ts'
import { type Machine, MachineSchema } from './machine.ts'

/** The folded state on the wire: what a viewer with some filter may keep true by folding the events that it is sent. */
export const StateSchema = Type.Object({
  /** In order of their first event. */
  machines: Type.Array(MachineSchema),
  /** Oldest first. */
  recent: Type.Array(AndonEventSchema),
})
export type StateSnapshot = Type.Static<typeof StateSchema>

/** The folded state in memory. */
export interface State {
  readonly machines: Map<string, Machine>
  readonly recent: AndonEvent[]
}

export function newState(): State {
  return { machines: new Map(), recent: [] }
}

export function stateFrom(snapshot: StateSnapshot): State {
  return {
    machines: new Map(snapshot.machines.map((machine) => [machine.name, machine])),
    recent: [...snapshot.recent],
  }
}

/**
 * Folds one event into a viewer's state, in place, and returns its view. `filter` is the viewer's own: a machine whose
 * events reach it only in part is left out, exactly as the snapshot leaves it out.
 */
export function foldState(state: State, event: AndonEvent, filter: Filter): ReturnType<typeof viewEvent> {
  const view = viewEvent(event)
  if (coversMachine(filter, view.machine)) foldMachine(state.machines, view)
  foldRecent(state.recent, event)
  return view
}
