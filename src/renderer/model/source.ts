import { ref } from 'vue'
import { type EventView, viewEvent } from '../../shared/event.ts'
import type { State } from '../../shared/state.ts'
import { EventFeed } from './event-feed.ts'
import { FramePublisher, type Schedule } from './frame-publisher.ts'
import { MachineTable } from './machine-table.ts'

/**
 * What the views show: machines and events, of the live session or of a replay. What comes in is published at most once
 * for each frame.
 */
export class Source {
  readonly machines = new MachineTable()
  readonly feed = new EventFeed()
  /** There is something to show. */
  readonly loaded = ref(false)
  /** Changes whenever the feed has changed. */
  readonly version = ref(0)
  readonly #state: () => State
  readonly #publisher: FramePublisher

  constructor(state: () => State, schedule: Schedule) {
    this.#state = state
    this.#publisher = new FramePublisher(schedule, () => {
      this.machines.publish(state().machines)
      this.version.value += 1
    })
  }

  /** The state is another one. */
  replaced(): void {
    this.machines.touchAll()
    this.feed.load(this.#state().recent.map(viewEvent))
    this.loaded.value = true
    this.#publisher.request()
  }

  /** The state has folded these. */
  folded(events: readonly EventView[]): void {
    for (const event of events) this.machines.touch(event)
    this.feed.append(events)
    this.#publisher.request()
  }

  /** Something else has changed: the feed's filter, its rows, or a machine that was named to the table. */
  changed(): void {
    this.#publisher.request()
  }
}
