import { ref } from 'vue'
import { type EventView, viewEvent } from '../../shared/event.ts'
import type { Alarm } from '../../shared/alarm.ts'
import type { Command, Control } from '../../shared/command.ts'
import type { Device } from '../../shared/device.ts'
import type { Execution, HardwareHealth } from '../../shared/execution.ts'
import type { Link } from '../../shared/link.ts'
import type { State } from '../../shared/state.ts'
import { CopiedTable } from './copied-table.ts'
import { EventFeed } from './event-feed.ts'
import { FramePublisher, type Schedule } from './frame-publisher.ts'
import { MachineTable } from './machine-table.ts'

/**
 * What the views show: all that is folded, and the latest events, of the live session or of a replay. What comes in is published at most once
 * for each frame.
 */
export class Source {
  readonly machines = new MachineTable()
  /** By `deviceKey`. */
  readonly devices = new CopiedTable<Device>(
    (device) => device.lastEventOffset,
    (device) => ({ ...device, tags: device.tags.map((tag) => ({ ...tag })) }),
  )
  /** By `executionKey`. */
  readonly executions = new CopiedTable<Execution>((execution) => execution.lastEventOffset, structuredClone)
  /** By machine. */
  readonly hardware = new CopiedTable<HardwareHealth>((health) => health, structuredClone)
  /** By id. */
  readonly commands = new CopiedTable<Command>((command) => command.status, structuredClone)
  /** By `alarmId`; those that are not normal. */
  readonly alarms = new CopiedTable<Alarm>((alarm) => alarm.lastEventOffset, structuredClone)
  /** By `linkKey`. */
  readonly links = new CopiedTable<Link>((link) => link.lastEventOffset, structuredClone)
  /** By machine. */
  readonly control = new CopiedTable<Control>(JSON.stringify, structuredClone)
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
      const { machines, devices, executions, hardware, commands, control, alarms, links } = state()
      this.machines.publish(machines)
      this.devices.publish(devices)
      this.executions.publish(executions)
      this.hardware.publish(hardware)
      this.commands.publish(commands)
      this.control.publish(control)
      this.alarms.publish(alarms)
      this.links.publish(links)
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
