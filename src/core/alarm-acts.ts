import { type Alarm, alarmAfter, isAside } from '../shared/alarm.ts'
import type { Payload } from '../shared/datagram.ts'
import type { AlarmMessage } from '../shared/messages.ts'
import type { Clock } from './clock.ts'
import type { Hub } from './hub.ts'
import type { Holder } from './operator.ts'
import type { DescribedPlant } from './plant.ts'

/** Longest shelving unless another is described, milliseconds. */
const SHELVE_MAX_MS = 8 * 3_600_000

/** Why something could not be done with an alarm. */
export type AlarmObjection =
  /** It is normal, or there never was one. */
  | 'gone'
  /** It was raised anew since it was shown: what was on the screen was another one. */
  | 'changed'
  /** It is in no state for that. */
  | 'not_applicable'

export interface AlarmResult {
  readonly alarm: string
  /** Null where it was done. */
  readonly objection: AlarmObjection | null
}

/** What operators do with alarms. Each step is an event; nothing is ever acknowledged that was not on the screen. */
export class AlarmActs {
  readonly #hub: Hub
  readonly #clock: Clock
  readonly #plant: DescribedPlant

  constructor(hub: Hub, clock: Clock, plant: DescribedPlant) {
    this.#hub = hub
    this.#clock = clock
    this.#plant = plant
  }

  /** Does one thing with each of the alarms that are named, and says of each what came of it. */
  act(message: Omit<AlarmMessage, 'type' | 'id'>, operator: Holder): AlarmResult[] {
    return message.alarms.map(({ alarm: id, raised }) => {
      const alarm = this.#hub.folded.alarms.get(id)
      if (!alarm) return { alarm: id, objection: 'gone' }
      if (alarm.raised !== raised) return { alarm: id, objection: 'changed' }
      if (!isPossible(alarm, message.action)) return { alarm: id, objection: 'not_applicable' }
      this.#report(alarm, message, operator)
      return { alarm: id, objection: null }
    })
  }

  #report(alarm: Alarm, message: Omit<AlarmMessage, 'type' | 'id'>, { name, session }: Holder): void {
    const { action, comment, reason, seconds, one_shot: oneShot } = message
    const who: Payload = { alarm: alarm.id, by: name, session }
    const event = (type: string, payload: Payload = {}): void => {
      this.#hub.report('operator', alarm.machine, type, { ...who, ...payload })
    }
    switch (action) {
      case 'acknowledge':
        return event('alarm_acknowledged', comment === undefined ? {} : { comment })
      case 'reset':
        return event('alarm_reset')
      case 'silence':
        return event('alarm_silenced')
      case 'comment':
        return event('alarm_commented', { comment: comment ?? '' })
      case 'shelve': {
        const most = (this.#plant.current.shelve_max ?? SHELVE_MAX_MS / 1000) * 1000
        const until = this.#clock.now() + Math.min(seconds === undefined ? most : seconds * 1000, most)
        return event('alarm_shelved', { until, one_shot: oneShot === true, reason: reason ?? '' })
      }
      case 'unshelve':
        return event('alarm_unshelved')
      case 'remove_from_service':
        return event('alarm_removed_from_service', { reason: reason ?? '' })
      case 'return_to_service':
        return event('alarm_returned_to_service')
      default:
        return action satisfies never
    }
  }
}

function isPossible({ state, silenced }: Alarm, action: AlarmMessage['action']): boolean {
  switch (action) {
    case 'acknowledge':
    case 'reset':
    case 'shelve':
    case 'remove_from_service':
      return alarmAfter(state, action) !== state
    case 'unshelve':
      return state === 'shelved'
    case 'return_to_service':
      return state === 'out_of_service'
    case 'silence':
      return !silenced && !isAside(state)
    case 'comment':
      return true
    default:
      return action satisfies never
  }
}
