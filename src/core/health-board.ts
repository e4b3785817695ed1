import type { Health, Problem } from '../shared/health.ts'
import type { Clock, Stop } from './clock.ts'
import { messageFrame } from './frame.ts'
import type { Frame } from './session-socket.ts'

/** Viewers see the panel's own figures at most this often. */
const PUBLISH_MS = 1_000

/** Everything in a health report but the time of the report itself. */
export type HealthFigures = Omit<Health, 'time'>

/** Publishes the panel's health when it changed. */
export class HealthBoard {
  /** Made at first use: the figures may come from parts that are built after this one. */
  #frame: Frame | undefined
  #text = ''
  #reduced: { readonly of: Frame; readonly frame: Frame } | undefined
  readonly #read: () => HealthFigures
  readonly #clock: Clock
  readonly #stop: Stop

  constructor(clock: Clock, read: () => HealthFigures, changed: () => void) {
    this.#clock = clock
    this.#read = read
    this.#stop = clock.every(PUBLISH_MS, () => {
      if (this.#refresh()) changed()
    })
  }

  /** The latest published report. */
  get frame(): Frame {
    if (!this.#frame) this.#refresh()
    return (this.#frame ??= this.#encode())
  }

  /** The same for whoever may not see who else is there, nor what comes in of the rest of the plant. */
  get reducedFrame(): Frame {
    const { frame } = this
    if (this.#reduced?.of !== frame) this.#reduced = { of: frame, frame: reduced(frame) }
    return this.#reduced.frame
  }

  /** The figures of this moment. */
  get health(): Health {
    return { ...this.#read(), time: this.#clock.now() }
  }

  /** Idempotent. */
  close(): void {
    this.#stop()
  }

  #refresh(): boolean {
    const text = JSON.stringify(this.#read())
    if (text === this.#text) return false
    this.#text = text
    this.#frame = this.#encode()
    return true
  }

  #encode(): Frame {
    return messageFrame({ type: 'health', health: this.health })
  }
}

function reduced(frame: Frame): Frame {
  const { health: all } = JSON.parse(frame.text) as { readonly health: Health }
  const { shed: _, ...health } = all
  const journal = { ...health.journal, bytes: null, lost: 0 }
  return messageFrame({
    type: 'health',
    health: {
      ...health,
      sessions: 1,
      viewers: [],
      listeners: [],
      refusedSamples: [],
      journal,
      problems: health.problems.map(briefly),
    },
  })
}

/** What is wrong, but not where: the words name paths, addresses and machines. */
function briefly({ code }: Problem): Problem {
  return { code, message: 'Who has the role operator is told more.', remedy: 'Tell an operator or an administrator.' }
}
