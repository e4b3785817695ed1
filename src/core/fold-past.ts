import { filterOf } from '../shared/channel.ts'
import { type AndonEvent, viewEvent } from '../shared/event.ts'
import { type Folded, foldedFrom, foldedSnapshot, type FoldedSnapshot, foldInto, newFolded } from '../shared/folded.ts'
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
    ...foldedOf(stored),
    recent: before.map((entry) => JSON.parse(entry.text) as AndonEvent),
  }
  for (const entry of entries) foldState(state, JSON.parse(entry.text) as AndonEvent, everything)
  const last = entries.at(-1) ?? stored
  return {
    offset: last?.offset ?? 0,
    time: last?.time ?? at,
    state: JSON.stringify({ ...foldedSnapshot(state), recent: state.recent }),
  }
}

/** What is folded after the last of `entries`, which follow the stored state. */
export function foldStored(stored: StoredState | null, entries: readonly Pick<Entry, 'text'>[]): Folded {
  const folded = foldedOf(stored)
  for (const { text } of entries) foldInto(folded, viewEvent(JSON.parse(text) as AndonEvent))
  return folded
}

/** A stored state is our own text, written by {@link Hub.foldedText}; earlier versions kept less, at first machines only. */
function foldedOf(stored: StoredState | null): Folded {
  if (stored === null) return newFolded()
  const kept = JSON.parse(stored.folded) as Partial<FoldedSnapshot> | Machine[]
  return foldedFrom({ ...foldedSnapshot(newFolded()), ...(Array.isArray(kept) ? { machines: kept } : kept) })
}
