import { coversDeviceOf, coversMachine, type Filter, matches } from '../shared/channel.ts'
import { type AndonEvent, viewEvent } from '../shared/event.ts'
import { eventDevice } from '../shared/event-device.ts'
import { logHead } from '../shared/log-filter.ts'
import type { StateSnapshot } from '../shared/state.ts'
import type { Access } from './access.ts'
import type { EventPage, EventQuery } from './event-query.ts'
import type { PastState } from './journal-store.ts'

/** What was, as the journal has it. */
export interface Past {
  query(query: EventQuery): Promise<EventPage>
  stateAt(time: number): Promise<PastState | null>
}

/** What was, as far as somebody may see it. */
export function scopedPast(past: Past, access: Access): Past {
  if (access.seesEverything) return past
  return {
    // Asked for with each page: what may be seen can change while an export runs.
    query: (query) => past.query({ ...query, scope: access.filter }),
    async stateAt(time) {
      const found = await past.stateAt(time)
      const scope = access.filter
      if (!found || !scope) return found
      // When the rest of the plant did something last is nobody's business.
      return { ...found, time, state: scopedState(found.state, scope) }
    },
  }
}

function scopedState(text: string, scope: Filter): string {
  const state = JSON.parse(text) as StateSnapshot
  const ofMachine = ({ machine }: { readonly machine: string }): boolean => coversMachine(scope, machine)
  const scoped: StateSnapshot = {
    machines: state.machines.filter(({ name }) => coversMachine(scope, name)),
    devices: state.devices.filter(({ machine, id }) => coversDeviceOf(scope, machine, id)),
    executions: state.executions.filter(ofMachine),
    hardware: state.hardware.filter(ofMachine),
    commands: state.commands.filter(ofMachine),
    control: state.control.filter(ofMachine),
    alarms: state.alarms.filter(ofMachine),
    links: state.links.filter(ofMachine),
    recent: state.recent.filter((event) => isSeen(event, scope)),
  }
  return JSON.stringify(scoped)
}

function isSeen(event: AndonEvent, scope: Filter): boolean {
  const view = viewEvent(event)
  return matches(scope, { ...view, ...eventDevice(view), log: logHead(view), text: '' })
}
