import type { Control } from '../../shared/command.ts'
import { type ConditionState, interlocks } from '../../shared/interlock.ts'
import type { PlantLookup } from '../../shared/plant-lookup.ts'

/** What is shown is what is, now; or why it is not. */
export type LinkState = 'live' | 'replay' | 'offline' | 'stale'

/** Why a person cannot act on something just now. */
export type Obstacle =
  | { readonly kind: 'replay' | 'offline' | 'link_stale' }
  /** Whoever sits here may look, not act. */
  | { readonly kind: 'role' }
  | { readonly kind: 'machine_unknown' | 'machine_terminated' | 'machine_stale' | 'no_commands' }
  | { readonly kind: 'interlocked'; readonly name: string; readonly reason: string }
  /** `holder`: who has it instead; null where nobody has. */
  | { readonly kind: 'not_in_control'; readonly holder: string | null }

export interface ActSurroundings {
  readonly link: LinkState
  /** The role allows it. */
  readonly allowed: boolean
  readonly plant: PlantLookup
  readonly session: string | null
  readonly control: (machine: string) => Control | undefined
  readonly state: ConditionState
}

/** A command that somebody might give. `device`: null where it is for the machine. */
export interface Act {
  readonly machine: string
  readonly device: string | null
  readonly type: string
}

const LINK: Readonly<Record<Exclude<LinkState, 'live'>, Obstacle>> = {
  replay: { kind: 'replay' },
  offline: { kind: 'offline' },
  stale: { kind: 'link_stale' },
}

/**
 * What stands in the way of a command, the first thing that would have to change; null where nothing does. That control
 * is missing comes last: taking it helps only where nothing else is in the way. The panel itself has the last word.
 */
export function obstacleOf({ machine: name, device, type }: Act, around: ActSurroundings): Obstacle | null {
  const { link, plant, session, state } = around
  if (link !== 'live') return LINK[link]
  if (!around.allowed) return { kind: 'role' }
  const machine = state.machines.get(name)
  if (!machine) return { kind: 'machine_unknown' }
  if (plant.machine(name)?.control === false) return { kind: 'no_commands' }
  if (machine.terminatedAt !== null) return { kind: 'machine_terminated' }
  if (machine.staleSince !== null) return { kind: 'machine_stale' }
  const interlock = plant.interlocksFor(name, device, type).find((each) => interlocks(each, state))
  if (interlock) return { kind: 'interlocked', name: interlock.name, reason: interlock.reason }
  const control = around.control(name)
  if (control && control.session === session) return null
  return { kind: 'not_in_control', holder: control?.holder ?? null }
}

export function isOfLink({ kind }: Obstacle): boolean {
  return kind === 'replay' || kind === 'offline' || kind === 'link_stale'
}
