import { alarmId, type AlarmSource, type Priority } from '../shared/alarm.ts'
import { type Command, isSettled } from '../shared/command.ts'
import type { Device, Tag, TagValue } from '../shared/device.ts'
import type { ReadonlyFolded } from '../shared/folded.ts'
import type { Link } from '../shared/link.ts'
import type { Machine } from '../shared/machine.ts'
import type { Limits, TagDescription } from '../shared/plant.ts'
import type { PlantLookup } from '../shared/plant-lookup.ts'

/** What an alarm stands for, and whether it is so just now. */
export interface AlarmCondition {
  readonly id: string
  readonly machine: string
  readonly device: string | null
  readonly tag: string | null
  readonly source: AlarmSource
  readonly priority: Priority
  readonly message: string
  readonly active: boolean
  readonly value: TagValue
  readonly limit: number | null
}

/** How much each limit matters unless it is described otherwise. */
const LIMITS = [
  { key: 'high_high', priority: 'high', above: true, word: 'far above' },
  { key: 'high', priority: 'medium', above: true, word: 'above' },
  { key: 'low', priority: 'medium', above: false, word: 'below' },
  { key: 'low_low', priority: 'high', above: false, word: 'far below' },
] as const

/**
 * The conditions of a tag with limits. `isActive` tells whether an alarm's condition held before: an alarm clears only
 * once the value has come back by the deadband. What has no good value keeps what it had, apart from its quality; what is
 * stale keeps that too.
 */
export function tagConditions(
  device: Pick<Device, 'machine' | 'id'>,
  tag: Tag,
  description: TagDescription,
  limits: Limits,
  isActive: (id: string) => boolean,
): AlarmCondition[] {
  const { machine, id } = device
  const name = description.label ?? tag.name
  const unit = description.unit === undefined ? '' : ` ${description.unit}`
  const about = { machine, device: id, tag: tag.name, value: tag.value }
  const conditions: AlarmCondition[] = []
  for (const { key, priority, above, word } of LIMITS) {
    const limit = limits[key]
    if (limit === undefined) continue
    const alarm = alarmId(machine, id, tag.name, key)
    const was = isActive(alarm)
    const edge = was ? (limits.deadband ?? 0) : 0
    const value = tag.quality === 'good' || tag.quality === 'uncertain' ? tag.value : null
    const active = typeof value !== 'number' ? was : above ? value > limit - edge : value < limit + edge
    const message = `${name} is ${word} ${limit}${unit}.`
    conditions.push({ ...about, id: alarm, source: key, priority, message, active, limit })
  }
  const quality = alarmId(machine, id, tag.name, 'quality')
  conditions.push({
    ...about,
    id: quality,
    source: 'quality',
    priority: 'low',
    message: `${name} has no good value.`,
    // Nobody knows how it is now with one that nothing is heard of any more.
    active: tag.quality === 'stale' ? isActive(quality) : tag.quality === 'bad',
    limit: null,
  })
  return conditions
}

/** `rate`: in units per second from one value to the next; null where there is no news of it, which changes nothing. */
export function rateCondition(
  device: Pick<Device, 'machine' | 'id'>,
  tag: Tag,
  description: TagDescription,
  limit: number,
  rate: number | null,
  isActive: (id: string) => boolean,
): AlarmCondition {
  const id = alarmId(device.machine, device.id, tag.name, 'rate')
  const unit = description.unit === undefined ? '' : ` ${description.unit}`
  return {
    id,
    machine: device.machine,
    device: device.id,
    tag: tag.name,
    source: 'rate',
    priority: 'medium',
    message: `${description.label ?? tag.name} changes by more than ${limit}${unit} a second.`,
    active: rate === null ? isActive(id) : Math.abs(rate) > limit,
    value: tag.value,
    limit,
  }
}

/** Ids of what a machine's own state can raise. */
interface MachineAlarms {
  readonly error: string
  readonly state: string
  readonly stale: string
}

/** Writing an id costs more than all else that an event without news asks of the alarms. */
const ids = new WeakMap<Machine, MachineAlarms>()

function machineAlarms(machine: Machine): MachineAlarms {
  const known = ids.get(machine)
  if (known) return known
  const { name } = machine
  const made = { error: alarmId(name, 'error'), state: alarmId(name, 'state'), stale: alarmId(name, 'stale') }
  ids.set(machine, made)
  return made
}

/**
 * What a machine's own state says: an error, a state that is an alarm, silence. Only what is `wanted` is put together:
 * this is asked for every event, and there is seldom news.
 */
export function machineConditions(
  machine: Machine,
  plant: PlantLookup,
  wanted: (id: string, active: boolean) => boolean = () => true,
): AlarmCondition[] {
  const { name, state, lastError } = machine
  const about = { machine: name, device: null, tag: null, limit: null }
  const { error, state: stateId, stale } = machineAlarms(machine)
  const gone = machine.terminatedAt !== null
  const isError = machine.errorStanding && !gone
  const isAlarmState = state !== null && !gone && (plant.machine(name)?.alarm_states?.includes(state) ?? false)
  const isStale = machine.staleSince !== null
  const conditions: AlarmCondition[] = []
  if (wanted(error, isError)) {
    const message = lastError?.message ?? 'An error.'
    conditions.push({ ...about, id: error, source: 'error', priority: 'high', message, active: isError, value: null })
  }
  if (wanted(stateId, isAlarmState)) {
    const message = `${name} is in the state ${state ?? 'unknown'}.`
    const says = { priority: 'high', message, active: isAlarmState, value: state } as const
    conditions.push({ ...about, id: stateId, source: 'state', ...says })
  }
  if (wanted(stale, isStale)) {
    const message = `${name} has been silent for too long.`
    conditions.push({ ...about, id: stale, source: 'stale', priority: 'medium', message, active: isStale, value: null })
  }
  return conditions
}

/** A machine did not do what it was told last. Where that is too long ago to be known, it is as it was. */
export function commandCondition(
  machine: string,
  commands: ReadonlyFolded['commands'],
  isActive: (id: string) => boolean,
): AlarmCondition {
  let latest: Command | undefined
  for (const command of commands.values()) {
    if (command.machine !== machine || !isSettled(command.status) || command.status === 'refused') continue
    if (!latest || command.statusAt >= latest.statusAt) latest = command
  }
  const id = alarmId(machine, 'command')
  return {
    id,
    machine,
    device: latest?.device ?? null,
    tag: null,
    source: 'command',
    priority: 'medium',
    message: latest ? `${latest.type}: ${latest.reason ?? latest.status}` : '',
    active: latest ? latest.status !== 'confirmed' : isActive(id),
    value: null,
    limit: null,
  }
}

/** A connection of a machine is lost: the last that was heard of connections of this type was an error. */
export function linkCondition({ machine, type, failing, lastErrors }: Link): AlarmCondition {
  const error = lastErrors.at(-1)?.message ?? ''
  return {
    id: alarmId(machine, 'link', type),
    machine,
    device: null,
    tag: null,
    source: 'link',
    priority: 'medium',
    message: `${type}: ${error === '' ? 'the last word was an error.' : error}`,
    active: failing,
    value: null,
    limit: null,
  }
}

/** The same of all connections that are known. */
export function linkConditions(links: ReadonlyFolded['links']): AlarmCondition[] {
  return [...links.values()].map(linkCondition)
}
