import { filterOf } from '../shared/channel.ts'
import { type AndonEvent, viewEvent } from '../shared/event.ts'
import { foldMachine } from '../shared/fold/machines.ts'
import type { Machine } from '../shared/machine.ts'
import { foldState, type State } from '../shared/state.ts'
import type { Entry } from './entry.ts'
import type { PastState, StoredState } from './journal-store.ts'

const everything = filterOf(['all'])

/**
 * The state after the last of `entries`, as JSON text: from a stored state (or none) and the events after it. The
 * events in `before` only fill the list of recent ones.
 */
export function foldPast(
  stored: StoredState | null,
  entries: readonly Pick<Entry, 'offset' | 'time' | 'text'>[],
  before: readonly Pick<Entry, 'text'>[],
  at: number,
): PastState {
  const state: State = {
    machines: machinesFrom(stored),
    recent: before.map((entry) => JSON.parse(entry.text) as AndonEvent),
  }
  for (const entry of entries) foldState(state, JSON.parse(entry.text) as AndonEvent, everything)
  const last = entries.at(-1) ?? stored
  return {
    offset: last?.offset ?? 0,
    time: last?.time ?? at,
    state: JSON.stringify({ machines: [...state.machines.values()], recent: state.recent }),
  }
}

/** The machines after the last of `entries`, which follow the stored state. */
export function foldMachines(
  stored: StoredState | null,
  entries: readonly Pick<Entry, 'text'>[],
): Map<string, Machine> {
  const machines = machinesFrom(stored)
  for (const { text } of entries) foldMachine(machines, viewEvent(JSON.parse(text) as AndonEvent))
  return machines
}

/** The machines of a stored state. It is our own text, written by {@link Hub.machinesText}. */
function machinesFrom(stored: StoredState | null): Map<string, Machine> {
  const machines = stored === null ? [] : (JSON.parse(stored.machines) as Machine[])
  return new Map(machines.map((machine) => [machine.name, machine]))
}
