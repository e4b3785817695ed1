import type { Machine, Transition } from '../../shared/machine.ts'
import type { PlantLookup } from '../../shared/plant-lookup.ts'

/** One way from a state to another; by several triggers it is still one way. */
export interface StateWay {
  readonly from: string
  readonly to: string
  /** In a fixed order. */
  readonly triggers: readonly string[]
}

/** States and the ways between them, in an order that does not depend on when they were seen. */
export interface StateGraph {
  readonly states: readonly string[]
  readonly ways: readonly StateWay[]
  /** So many more states than can be drawn. */
  readonly left: number
}

/** More than these nobody can read. */
export const STATE_LIMITS = { states: 40, ways: 120, triggers: 6 } as const

/** Where machines rest: a picture begins there. */
const RESTING = ['off', 'init', 'initial', 'start', 'idle', 'ready', 'waiting', 'standby', 'stopped']

/** What was seen of a machine: the ways that it went and the states that it was in. */
export interface Seen {
  readonly states: ReadonlySet<string>
  readonly ways: ReadonlyMap<string, Transition>
}

export const NOTHING_SEEN: Seen = { states: new Set(), ways: new Map() }

/**
 * Adds what a machine is seen to do. A machine remembers only its latest transitions: what was seen once stays, so that
 * a picture of it never loses a part while somebody looks. The same object where nothing is new.
 */
export function see(seen: Seen, machine: Machine): Seen {
  const states = new Set(seen.states)
  const ways = new Map(seen.ways)
  for (const transition of machine.transitions) {
    const { from, to, trigger, jumped } = transition
    states.add(to)
    if (from === null) continue
    states.add(from)
    // Of a jump only the end is sure: what it says to come from was not seen.
    const key = JSON.stringify([from, to, trigger])
    if (!ways.has(key) && (!jumped || from !== to) && ways.size < STATE_LIMITS.ways) ways.set(key, transition)
  }
  if (machine.state !== null) states.add(machine.state)
  return states.size === seen.states.size && ways.size === seen.ways.size ? seen : { states, ways }
}

/** What was seen, over what is described. Described states come first, as the file has them. */
export function stateGraph(seen: Seen, plant: PlantLookup, machine: string): StateGraph {
  const described = Object.entries(plant.machine(machine)?.states ?? {})
  const states = new Set(described.flatMap(([state]) => state))
  const found = new Map<string, { from: string; to: string; triggers: Set<string> }>()
  const add = (from: string, to: string, trigger: string | null): void => {
    const key = JSON.stringify([from, to])
    const way = found.get(key) ?? { from, to, triggers: new Set() }
    if (trigger !== null && trigger !== '') way.triggers.add(trigger)
    found.set(key, way)
  }
  for (const [from, { to = {} }] of described) {
    for (const [trigger, target] of Object.entries(to)) {
      states.add(target)
      add(from, target, trigger)
    }
  }
  for (const state of [...seen.states].toSorted(restingFirst)) states.add(state)
  for (const { from, to, trigger } of seen.ways.values()) if (from !== null) add(from, to, trigger)

  const drawn = [...states].slice(0, STATE_LIMITS.states)
  const place = new Map(drawn.map((state, index) => [state, index]))
  const ways = [...found.values()]
    .filter(({ from, to }) => place.has(from) && place.has(to))
    .toSorted((a, b) => order(place, a.from, b.from) || order(place, a.to, b.to))
    .map(({ from, to, triggers }) => ({ from, to, triggers: [...triggers].toSorted().slice(0, STATE_LIMITS.triggers) }))
  return { states: drawn, ways, left: states.size - drawn.length }
}

const order = (place: ReadonlyMap<string, number>, a: string, b: string): number =>
  (place.get(a) ?? 0) - (place.get(b) ?? 0)

function restingFirst(a: string, b: string): number {
  return restingRank(a) - restingRank(b) || (a < b ? -1 : 1)
}

function restingRank(state: string): number {
  const index = RESTING.indexOf(state.toLowerCase())
  return index < 0 ? RESTING.length : index
}
