import { DEVICE_CONTROL } from '../shared/command.ts'
import { deviceKey } from '../shared/device.ts'
import { interlocks } from '../shared/interlock.ts'
import type { Objection } from '../shared/objection.ts'
import { valueObjection } from '../shared/write.ts'
import { definitionMistake } from '../shared/workflow-definition.ts'
import type { Clock } from './clock.ts'
import type { CommandRules, Wish } from './commands.ts'
import type { ControlTokens } from './control-tokens.ts'
import type { Hub } from './hub.ts'
import type { Holder } from './operator.ts'
import type { DescribedPlant } from './plant.ts'

/** An engine reads one command per tick of 50 ms. */
const PACE_MS = 55

/** What was asked for longer ago came over a link that had been lost: whoever asked may not want it any more. */
const TOO_LATE_MS = 5_000

export interface RuleSources {
  readonly hub: Hub
  readonly plant: DescribedPlant
  readonly control: ControlTokens
  readonly clock: Clock
}

/** What may speak against a command, looked at in this order; the first objection counts. */
export function commandRules({ hub, plant, control, clock }: RuleSources): CommandRules {
  const lateObjection = (wish: Wish, operator: Holder): Objection | null =>
    // Stop needs neither control nor anybody's leave, and a silent machine is no reason not to try.
    wish.stop
      ? null
      : (machineObjection(hub, wish.machine) ??
        controlObjection(control, wish, operator) ??
        interlocked(hub, plant, wish))
  return {
    endpoint: (machine) => plant.control(machine),
    pace: (machine) => plant.machine(machine)?.pace ?? PACE_MS,
    lateObjection,
    objection: (wish, operator) =>
      lateness(clock, wish) ??
      unknownMachine(hub, wish.machine) ??
      lateObjection(wish, operator) ??
      (wish.stop
        ? null
        : (writeObjection(hub, plant, wish) ?? definitionObjection(wish) ?? unconfirmed(hub, plant, wish))),
  }
}

function lateness(clock: Clock, { at, stop }: Wish): Objection | null {
  if (at === null || stop || clock.now() - at <= TOO_LATE_MS) return null
  const seconds = Math.round((clock.now() - at) / 1000)
  return {
    refusal: 'too_late',
    reason: `It was under way for ${seconds} seconds, over a link that was lost meanwhile.`,
  }
}

function unknownMachine(hub: Hub, name: string): Objection | null {
  if (hub.folded.machines.has(name)) return null
  return { refusal: 'machine_unknown', reason: unknownMachineReason(name) }
}

export function unknownMachineReason(name: string): string {
  return `Nothing has been heard of a machine "${name}" yet.`
}

function machineObjection(hub: Hub, name: string): Objection | null {
  const machine = hub.folded.machines.get(name)
  if (!machine) return unknownMachine(hub, name)
  if (machine.terminatedAt !== null) return { refusal: 'machine_gone', reason: `${name} has terminated.` }
  if (machine.staleSince === null) return null
  return { refusal: 'machine_stale', reason: `${name} has been silent for too long: what it does is not known.` }
}

function controlObjection(control: ControlTokens, { machine }: Wish, { session }: Holder): Objection | null {
  if (control.holds(machine, session)) return null
  const holder = control.holder(machine)?.holder
  const reason = holder === undefined ? `Take control of ${machine} first.` : `${holder} has control of ${machine}.`
  return { refusal: 'not_in_control', reason }
}

function interlocked(hub: Hub, plant: DescribedPlant, { machine, device, type }: Wish): Objection | null {
  const found = plant.interlocksFor(machine, device, type).find((interlock) => interlocks(interlock, hub.folded))
  return found ? { refusal: 'interlocked', reason: `${found.name}: ${found.reason}` } : null
}

/** What is wrong with a write to a device; null for everything else, and where nothing is. */
function writeObjection(
  hub: Hub,
  plant: DescribedPlant,
  { machine, device: id, type, payload }: Wish,
): Objection | null {
  if (type !== DEVICE_CONTROL) return null
  const device = id === null ? undefined : hub.folded.devices.get(deviceKey(machine, id))
  if (id === null || !device) {
    return { refusal: 'device_unknown', reason: `${machine} has no device "${id ?? ''}".` }
  }
  const fields = Object.keys(payload).filter((key) => key !== 'device_id')
  if (fields.length === 0) return { refusal: 'wrong_type', reason: 'There is no value to write.' }
  for (const field of fields) {
    const found = plant.tagWrittenAs(machine, id, field, device.type)
    const objection = found?.tag.writable
      ? valueObjection(found.name, found.tag, payload[field])
      : { refusal: 'not_writable' as const, reason: `"${field}" of ${id} cannot be written.` }
    if (objection) return objection
  }
  return null
}

function definitionObjection({ type, payload }: Wish): Objection | null {
  if (type !== 'workflow:execute' && type !== 'workflow:validate') return null
  const mistake = definitionMistake(payload['workflowDefinition'])
  return mistake === null ? null : { refusal: 'invalid_definition', reason: mistake }
}

function unconfirmed(hub: Hub, plant: DescribedPlant, wish: Wish): Objection | null {
  if (wish.confirmed || !asksAgain(hub, plant, wish)) return null
  return { refusal: 'unconfirmed_write', reason: 'This must be confirmed: say so with `confirmed: true`.' }
}

function asksAgain(hub: Hub, plant: DescribedPlant, { machine, device, type, payload }: Wish): boolean {
  const commands = plant.machine(machine)?.commands ?? {}
  if (Object.hasOwn(commands, type) && commands[type]?.confirm === true) return true
  if (device === null) return false
  const reported = hub.folded.devices.get(deviceKey(machine, device))?.type ?? null
  return Object.keys(payload).some(
    (field) => plant.tagWrittenAs(machine, device, field, reported)?.tag.confirm === true,
  )
}
