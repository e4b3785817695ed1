import { ref } from 'vue'
import type { EventView } from '../../shared/event.ts'
import { EventFeed } from './event-feed.ts'
import type { EventTest } from './event-filter.ts'
import { FramePublisher, type Schedule } from './frame-publisher.ts'

/** The lines that one filter lets through, as a list shows them. Published at most once for each frame. */
export class LogStream {
  readonly feed = new EventFeed()
  /** Changes whenever the feed has changed. */
  readonly version = ref(0)
  /** There is something to show, if only that there is nothing. */
  readonly loaded = ref(false)
  #taken: EventView | undefined
  readonly #publisher: FramePublisher

  /** `test`: what is left to be looked at here; null where whoever sends has done so. */
  constructor(test: EventTest | null, schedule: Schedule) {
    this.feed.setTest(test)
    this.#publisher = new FramePublisher(schedule, () => (this.version.value += 1))
  }

  replaced(events: readonly EventView[], head = 0): void {
    this.feed.load(events, head)
    this.loaded.value = true
    this.#publisher.request()
  }

  added(events: readonly EventView[]): void {
    this.feed.append(events)
    this.#publisher.request()
  }

  /** Takes what is new in another feed's events, or all where nothing leads from what was taken last to them. */
  follow(events: readonly EventView[]): void {
    const at = this.#taken ? events.lastIndexOf(this.#taken) : -1
    if (at < 0) this.replaced(events)
    else if (at < events.length - 1) this.added(events.slice(at + 1))
    this.#taken = events.at(-1)
  }

  /** The feed was paused, or added to. */
  changed(): void {
    this.#publisher.request()
  }
}
