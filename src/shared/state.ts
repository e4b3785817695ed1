import Type from 'typebox'
import { coversDevice, coversMachine, type Filter } from './channel.ts'
import { type AndonEvent, AndonEventSchema, type EventView, viewEvent } from './event.ts'
import { foldDevice } from './fold/devices.ts'
import { foldRecent } from './fold/recent.ts'
import { type Folded, foldedFrom, FoldedSchema, foldInto, newFolded } from './folded.ts'

/** The folded state on the wire: what a viewer with some filter may keep true by folding the events that it is sent. */
export const StateSchema = Type.Object({
  ...FoldedSchema.properties,
  /** Oldest first. */
  recent: Type.Array(AndonEventSchema),
})
export type StateSnapshot = Type.Static<typeof StateSchema>

/** The folded state in memory. */
export interface State extends Folded {
  readonly recent: AndonEvent[]
}

export function newState(): State {
  return { ...newFolded(), recent: [] }
}

export function stateFrom(snapshot: StateSnapshot): State {
  return { ...foldedFrom(snapshot), recent: [...snapshot.recent] }
}

/**
 * Folds one event into a viewer's state, in place, and returns its view. `filter` is the viewer's own: what reaches it
 * only in part is left out, exactly as the snapshot leaves it out.
 */
export function foldState(state: State, event: AndonEvent, filter: Filter): EventView {
  const view = viewEvent(event)
  if (coversMachine(filter, view.machine)) foldInto(state, view)
  else if (coversDevice(filter, view)) foldDevice(state.devices, view)
  foldRecent(state.recent, event)
  return view
}
