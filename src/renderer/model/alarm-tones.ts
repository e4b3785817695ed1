import { type Alarm, ALARM_SIGNS, type Priority, rankOf } from '../../shared/alarm.ts'

export interface Tone {
  /** Seconds from the beginning of the pattern. */
  readonly at: number
  readonly seconds: number
  readonly hertz: number
}

export interface TonePattern {
  readonly tones: readonly Tone[]
  /** From one beginning to the next, milliseconds. */
  readonly every: number
}

const beep = (at: number, hertz: number, seconds = 0.14): Tone => ({ at, hertz, seconds })

/** One pattern for each priority: told apart by number, pitch and haste, also by those who hear badly. */
export const TONE_PATTERNS: Readonly<Record<Priority, TonePattern>> = {
  critical: {
    tones: [beep(0, 988), beep(0.2, 988), beep(0.4, 988), beep(0.75, 988), beep(0.95, 988)],
    every: 2_000,
  },
  high: { tones: [beep(0, 784, 0.2), beep(0.3, 784, 0.2), beep(0.6, 784, 0.2)], every: 4_000 },
  medium: { tones: [beep(0, 587, 0.25), beep(0.4, 494, 0.25)], every: 8_000 },
  low: { tones: [beep(0, 392, 0.4)], every: 16_000 },
}

/** The alarms that sound just now: nobody has acknowledged or silenced them. */
export function soundingAlarms(alarms: readonly Alarm[]): Alarm[] {
  return alarms.filter(({ state, silenced }) => ALARM_SIGNS[state].sound && !silenced)
}

export interface Sounding {
  readonly priority: Priority
  /** Offset of the newest raise that sounds: another one begins anew. */
  readonly raised: number
}

/** What is to be heard: the highest priority that sounds. */
export function soundOf(alarms: readonly Alarm[]): Sounding | null {
  const [first, ...others] = soundingAlarms(alarms)
  if (!first) return null
  return others.reduce<Sounding>(
    (found, { priority, raised }) => ({
      priority: rankOf(priority) < rankOf(found.priority) ? priority : found.priority,
      raised: Math.max(raised, found.raised),
    }),
    first,
  )
}
