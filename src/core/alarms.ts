import { type Alarm, alarmId, isAside, PRIORITIES } from '../shared/alarm.ts'
import type { Payload } from '../shared/datagram.ts'
import { type Device, deviceKey } from '../shared/device.ts'
import type { EventView } from '../shared/event.ts'
import { eventDevice } from '../shared/event-device.ts'
import { idField, MAX_TEXT, textField } from '../shared/fold/fields.ts'
import { linkKey } from '../shared/link.ts'
import { holds } from '../shared/interlock.ts'
import { sampleTime } from '../shared/trend-sample.ts'
import {
  type AlarmCondition,
  commandCondition,
  linkCondition,
  linkConditions,
  machineConditions,
  rateCondition,
  tagConditions,
} from './alarm-conditions.ts'
import type { Clock, Stop } from './clock.ts'
import type { Hub } from './hub.ts'
import type { DescribedPlant } from './plant.ts'

/** How often ends of shelving, suppression and the panel's own health are looked at. */
const LOOK_EVERY_MS = 1_000

/** Most alarms that one machine may raise by itself. */
const MAX_OWN = 500

export interface AlarmsOptions {
  readonly hub: Hub
  readonly plant: DescribedPlant
  readonly clock: Clock
  /** What is wrong with the panel itself; conditions that are missing do not hold. */
  readonly panel: () => readonly AlarmCondition[]
}

/** A tag's value, and how it differed from the one before. */
interface Sample {
  readonly value: number
  /** Source's time where it says one that is plausible, epoch milliseconds. */
  readonly time: number
  readonly change: { readonly by: number; readonly ms: number } | null
  /** By the monotonic clock, milliseconds. */
  readonly heard: number
}

interface Pending {
  readonly stop: Stop
  condition: AlarmCondition
}

/**
 * Raises and clears alarms: looks at what every event changed, waits for delays, and says so with events. What an alarm
 * is then is folded from them; nothing is kept here that a restart could lose.
 */
export class Alarms {
  readonly #options: AlarmsOptions
  readonly #pending = new Map<string, Pending>()
  /** The last value of the tags whose rate of change is limited, by alarm id. */
  readonly #samples = new Map<string, Sample>()
  readonly #stops: readonly Stop[]
  #anew: Stop | undefined
  #epoch = ''

  constructor(options: AlarmsOptions) {
    this.#options = options
    const { hub, plant, clock } = options
    this.#lookAtAll()
    this.#stops = [
      hub.watch((event) => this.#look(event)),
      // A journal that turns up late brings alarms of an earlier run, which were not judged by what came in meanwhile.
      hub.listen(() => {
        if (hub.epoch !== this.#epoch) this.#anew ??= clock.soon(() => this.#lookAtAll())
      }),
      plant.listen(() => this.#lookAtAll()),
      clock.every(LOOK_EVERY_MS, () => this.#tick()),
    ]
  }

  /** Idempotent. */
  close(): void {
    for (const stop of this.#stops) stop()
    this.#anew?.()
    for (const { stop } of this.#pending.values()) stop()
    this.#pending.clear()
  }

  /** Runs in the datagram loop: most events concern no alarm. */
  #look(event: EventView): void {
    const { hub } = this.#options
    const { family, machine, origin } = event
    // What is said of alarms changes no condition, and is often said in the midst of judging one.
    if (family === 'alarm' && origin !== 'machine') return
    // Any sign of life ends silence, and brings back one that was gone with its error.
    this.#lookAtMachine(machine)
    if (family === 'device') {
      const { device } = eventDevice(event)
      const found = device === null ? undefined : hub.folded.devices.get(deviceKey(machine, device))
      if (found) for (const condition of this.#deviceConditions(found)) this.#consider(condition)
    }
    if (family === 'command' && origin === 'panel')
      this.#consider(commandCondition(machine, hub.folded.commands, this.#isActive))
    if (family === 'alarm') this.#own(event)
    if (family === 'connection') this.#lookAtLink(event)
  }

  #lookAtLink({ machine, payload }: EventView): void {
    const type = idField(payload, 'connection_type')
    const link = type === null ? undefined : this.#options.hub.folded.links.get(linkKey(machine, type))
    if (link) this.#consider(linkCondition(link))
  }

  #lookAtMachine(name: string): void {
    const { hub, plant } = this.#options
    const machine = hub.folded.machines.get(name)
    if (!machine) return
    for (const condition of machineConditions(machine, plant, this.#isNews)) this.#consider(condition)
  }

  readonly #isNews = (id: string, active: boolean): boolean =>
    (this.#options.hub.folded.alarms.get(id)?.active ?? false) !== active || this.#pending.has(id)

  #deviceConditions(device: Device): AlarmCondition[] {
    const { plant } = this.#options
    const described = plant.device(device.machine, device.id)?.tags
    if (!described) return []
    return device.tags.flatMap((tag) => {
      const description = plant.tag(device.machine, device.id, tag.name, device.type)
      const limits = description?.limits
      if (!description || !limits) return []
      const conditions = tagConditions(device, tag, description, limits, this.#isActive)
      if (limits.rate === undefined) return conditions
      const id = alarmId(device.machine, device.id, tag.name, 'rate')
      const rate = this.#rateOf(id, tag)
      return [...conditions, rateCondition(device, tag, description, limits.rate, rate, this.#isActive)]
    })
  }

  /** Null where the tag has no value that is newer than the last, or none to compare with. */
  #rateOf(id: string, { value, time, sourceTime, quality }: Device['tags'][number]): number | null {
    if (typeof value !== 'number' || quality === 'bad' || quality === 'stale') return null
    const before = this.#samples.get(id)
    const at = sampleTime(time, sourceTime, before?.time ?? 0)
    if (before && at <= before.time) return null
    const change = before ? { by: value - before.value, ms: at - before.time } : null
    this.#samples.set(id, { value, time: at, change, heard: this.#options.clock.monotonic() })
    return change && (change.by / change.ms) * 1_000
  }

  /** Of what is only told when it changes, no next value says that it has stopped: time does. */
  #settleRates(): void {
    const { alarms } = this.#options.hub.folded
    const now = this.#options.clock.monotonic()
    for (const [id, { change, heard }] of this.#samples) {
      const raised = this.#pending.get(id)?.condition ?? alarms.get(id)
      if (!change || !raised?.active || raised.limit === null) continue
      const rate = (Math.abs(change.by) / (change.ms + now - heard)) * 1_000
      if (rate <= raised.limit) this.#consider({ ...raised, active: false })
    }
  }

  /** True while the condition of the alarm holds, or is about to count as holding. */
  readonly #isActive = (id: string): boolean =>
    this.#pending.get(id)?.condition.active ?? this.#options.hub.folded.alarms.get(id)?.active ?? false

  /** A machine raises or clears an alarm of its own. */
  #own({ machine, type, payload }: EventView): void {
    const own = idField(payload, 'alarm_id') ?? idField(payload, 'alarm') ?? idField(payload, 'id')
    if (own === null || (type !== 'alarm_raised' && type !== 'alarm_cleared')) return
    const condition = (id: string, message: string): AlarmCondition => ({
      id: alarmId(machine, 'event', id),
      machine,
      device: idField(payload, 'device_id'),
      tag: null,
      source: 'event',
      priority: PRIORITIES.find((priority) => priority === payload['priority']) ?? 'medium',
      message,
      active: type === 'alarm_raised',
      value: null,
      limit: null,
    })
    const next = condition(own, textField(payload, 'message', MAX_TEXT) ?? own)
    const { alarms } = this.#options.hub.folded
    const tooMany = condition('too_many', `${machine} raises more than ${MAX_OWN} alarms.`)
    const count = (): number =>
      [...alarms.values()].filter(
        ({ id, machine: of, source }) => of === machine && source === 'event' && id !== tooMany.id,
      ).length
    if (next.active && !alarms.has(next.id) && count() >= MAX_OWN) {
      this.#consider(tooMany)
      return
    }
    this.#consider(next)
    if (this.#isActive(tooMany.id) && count() < MAX_OWN) this.#consider({ ...tooMany, active: false })
  }

  /** After a start, and when the description changed: what no condition stands for any more is over. */
  #lookAtAll(): void {
    const { hub, plant } = this.#options
    this.#anew = undefined
    this.#epoch = hub.epoch
    const { machines, devices, commands, alarms, links } = hub.folded
    const conditions = [
      ...[...machines.values()].flatMap((machine) => machineConditions(machine, plant)),
      ...[...machines.keys()].map((machine) => commandCondition(machine, commands, this.#isActive)),
      ...[...devices.values()].flatMap((device) => this.#deviceConditions(device)),
      ...linkConditions(links),
      ...this.#options.panel(),
    ]
    const known = new Set(conditions.map(({ id }) => id))
    for (const { id, stop } of [...this.#pending].map(([key, { stop: end }]) => ({ id: key, stop: end }))) {
      if (known.has(id)) continue
      stop()
      this.#pending.delete(id)
    }
    for (const alarm of Array.from(alarms.values())) {
      if (alarm.active && alarm.source !== 'event' && !known.has(alarm.id)) this.#settle({ ...alarm, active: false })
    }
    for (const condition of conditions) this.#consider(condition)
  }

  #tick(): void {
    const { hub, clock, panel } = this.#options
    this.#settleRates()
    const wrong = panel()
    for (const condition of wrong) this.#consider(condition)
    const now = clock.now()
    for (const alarm of Array.from(hub.folded.alarms.values())) {
      if (alarm.source === 'panel' && !wrong.some(({ id }) => id === alarm.id)) {
        this.#consider({ ...alarm, active: false })
      }
      if (alarm.shelved && alarm.shelved.until <= now) this.#report(alarm, 'alarm_unshelved', { reason: 'over' })
      this.#suppress(alarm)
    }
  }

  /** Suppression by design follows its conditions. */
  #suppress(alarm: Alarm): void {
    // It has just become so: what is normal is no more in the state, and is not to come back by this.
    if (alarm.state === 'normal') return
    const suppressing = this.#isSuppressed(alarm.id)
    if (suppressing && !isAside(alarm.state)) this.#report(alarm, 'alarm_suppressed', suppression)
    if (!suppressing && alarm.state === 'suppressed') this.#report(alarm, 'alarm_unsuppressed', {})
  }

  /** Only what is known to hold suppresses. */
  #isSuppressed(id: string): boolean {
    const { hub, plant } = this.#options
    const conditions = plant.alarm(id)?.suppressed_while
    return conditions !== undefined && conditions.every((condition) => holds(condition, hub.folded) === true)
  }

  /** Raises or clears the alarm, if that is news, after the delay that is described. */
  #consider(condition: AlarmCondition): void {
    const { hub, plant, clock } = this.#options
    const pending = this.#pending.get(condition.id)
    const active = hub.folded.alarms.get(condition.id)?.active ?? false
    if (condition.active === active) {
      pending?.stop()
      this.#pending.delete(condition.id)
      return
    }
    if (pending) {
      pending.condition = condition
      return
    }
    const description = plant.alarm(condition.id)
    const seconds = (condition.active ? description?.on_delay : description?.off_delay) ?? 0
    if (seconds === 0) {
      this.#settle(condition)
      return
    }
    const stop = clock.after(seconds * 1000, () => {
      const due = this.#pending.get(condition.id)
      this.#pending.delete(condition.id)
      if (due) this.#settle(due.condition)
    })
    this.#pending.set(condition.id, { stop, condition })
  }

  #settle(condition: AlarmCondition): void {
    const { hub, plant } = this.#options
    const described = plant.alarm(condition.id)
    if (!condition.active) {
      this.#report(condition, 'alarm_cleared', described?.latch === true ? { latches: true } : {})
      const alarm = hub.folded.alarms.get(condition.id)
      if (alarm?.shelved?.oneShot) this.#report(alarm, 'alarm_unshelved', { reason: 'cleared' })
      return
    }
    const { device, tag, source, value, limit } = condition
    const about = {
      ...(device === null ? {} : { device }),
      ...(tag === null ? {} : { tag }),
      source,
      priority: described?.priority ?? condition.priority,
      message: described?.label ?? condition.message,
    }
    const known = hub.folded.alarms.get(condition.id)
    if (this.#isSuppressed(condition.id) && !(known && isAside(known.state))) {
      this.#report(condition, 'alarm_suppressed', { ...about, ...suppression })
    }
    this.#report(condition, 'alarm_raised', { ...about, value, limit })
  }

  #report({ id, machine }: Pick<AlarmCondition, 'id' | 'machine'>, type: string, payload: Payload): void {
    this.#options.hub.report('panel', machine, type, { alarm: id, ...payload })
  }
}

const suppression = { reason: 'by design' } as const
