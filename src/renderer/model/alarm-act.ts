import { type Alarm, alarmAfter, isAside } from '../../shared/alarm.ts'
import type { ALARM_ACTIONS } from '../../shared/messages.ts'

export type AlarmAction = (typeof ALARM_ACTIONS)[number]

/** An alarm as it was on the screen: which raise of it. */
export interface SeenAlarm {
  readonly alarm: string
  readonly raised: number
}

export function seen({ id, raised }: Alarm): SeenAlarm {
  return { alarm: id, raised }
}

/** Whether an action is offered for an alarm. The panel itself has the last word. */
export function isOffered({ state, silenced }: Alarm, action: AlarmAction): boolean {
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

const HOUR = 3_600
const PRESETS = [15 * 60, HOUR, 4 * HOUR, 8 * HOUR] as const
/** As in the panel's own core: eight hours, unless the plant file says otherwise. */
const DEFAULT_MOST = 8 * HOUR

/** How long an alarm may be shelved, in seconds: what is usual, up to the longest that the plant allows. */
export function shelvePresets(most: number = DEFAULT_MOST): number[] {
  const within = PRESETS.filter((seconds) => seconds < most)
  return [...within, Math.max(1, Math.floor(most))]
}
