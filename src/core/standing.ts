import type { Alarm } from '../shared/alarm.ts'
import { isSettled } from '../shared/command.ts'
import type { ReadonlyFolded } from '../shared/folded.ts'
import type { Problem } from '../shared/health.ts'
import type { Clock, Stop } from './clock.ts'

/** How things stand, in brief: for whoever is no viewer, like the tray and the end of the program. */
export interface Standing {
  /** Those that are not normal. They change in place: to be read at once. */
  readonly alarms: readonly Alarm[]
  readonly machines: number
  /** How many of them are silent for too long. */
  readonly silent: number
  /** How many links had an error last. */
  readonly failingLinks: number
  /** The panel's own. */
  readonly problems: readonly Problem[]
  /** Commands that are not settled. */
  readonly commands: number
  /** Names of the machines that the local display has control of. */
  readonly controlled: readonly string[]
}

/** Those who listen are told of changes at most this often, milliseconds. */
const LOOK_MS = 500

export function standingOf(folded: ReadonlyFolded, problems: readonly Problem[]): Standing {
  return {
    alarms: [...folded.alarms.values()],
    machines: folded.machines.size,
    silent: countOf(folded.machines, ({ staleSince }) => staleSince !== null),
    failingLinks: countOf(folded.links, ({ failing }) => failing),
    problems,
    commands: countOf(folded.commands, ({ status }) => !isSettled(status)),
    controlled: [...folded.control.values()].flatMap(({ local, machine }) => (local ? [machine] : [])),
  }
}

/** Tells of changes. It looks now and then instead of with every event, and only while somebody listens. */
export class StandingBoard {
  readonly #clock: Clock
  readonly #read: () => Standing
  readonly #listeners = new Set<(standing: Standing) => void>()
  #stop: Stop | undefined
  #seen = ''

  constructor(clock: Clock, read: () => Standing) {
    this.#clock = clock
    this.#read = read
  }

  /** How things stand at this moment. */
  get standing(): Standing {
    return this.#read()
  }

  /** Called soon with how things stand, and with every change from then on. Returns the function that unsubscribes. */
  listen(listener: (standing: Standing) => void): Stop {
    this.#listeners.add(listener)
    this.#seen = ''
    this.#stop ??= this.#clock.every(LOOK_MS, () => this.#look())
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.close()
    }
  }

  /** Idempotent. */
  close(): void {
    this.#stop?.()
    this.#stop = undefined
  }

  #look(): void {
    const standing = this.#read()
    const seen = signOf(standing)
    if (seen === this.#seen) return
    this.#seen = seen
    for (const listener of this.#listeners) listener(standing)
  }
}

/** Another one as soon as anything is. An alarm that changes does so by an event. */
function signOf({ alarms, ...rest }: Standing): string {
  return JSON.stringify([rest, alarms.map(({ id, lastEventOffset }) => [id, lastEventOffset])])
}

function countOf<T>(items: ReadonlyMap<string, T>, counts: (item: T) => boolean): number {
  let count = 0
  for (const item of items.values()) if (counts(item)) count += 1
  return count
}
