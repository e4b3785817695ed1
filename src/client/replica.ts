import { filterOf, type Filter } from '../shared/channel.ts'
import type { EventView } from '../shared/event.ts'
import type { Events, Snapshot } from '../shared/messages.ts'
import type { Position } from '../shared/position.ts'
import { foldState, newState, type State, stateFrom } from '../shared/state.ts'

/**
 * A viewer's copy of the state: a snapshot and the events after it, folded as the core folds them. Mutated in place.
 */
export class Replica {
  state: State = newState()
  position: Position | undefined
  #filter: Filter = filterOf(['all'])

  /** True where this is the state of these channels: another filter is another state, and cannot be continued. */
  shows(channels: Iterable<string>): boolean {
    return filterOf(channels, this.#filter.scope).key === this.#filter.key
  }

  load(snapshot: Snapshot): void {
    this.state = stateFrom(snapshot.state)
    this.position = snapshot.position
    const scope = (snapshot.scope ?? []).reduceRight<Filter | null>((outer, each) => filterOf(each, outer), null)
    this.#filter = filterOf(snapshot.channels, scope)
  }

  /** Folds the events and returns their views. A repeated or missing event is a defect of the server and thrown. */
  apply(message: Events): EventView[] {
    const views: EventView[] = []
    let last = this.position?.offset ?? 0
    for (const event of message.events) {
      if (event.offset <= last) throw new Error(`event ${event.offset} came after ${last}`)
      last = event.offset
      views.push(foldState(this.state, event, this.#filter))
    }
    for (const { machine, events } of message.conflated ?? []) {
      const known = this.state.machines.get(machine)
      if (known) known.events += events
    }
    this.position = message.position
    return views
  }
}
