import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { isAside } from '../../shared/alarm.ts'
import type { AndonError } from '../../shared/errors.ts'
import { type AlarmAction, type SeenAlarm } from '../model/alarm-act.ts'
import { countAlarms } from '../model/alarm-counts.ts'
import { foremost } from '../model/alarm-order.ts'
import { alarmsByMachine } from '../model/machine-alarms.ts'
import { useSession } from './session.ts'
import { useSource } from './source.ts'

/** Most that one message may name. */
const MAX_ALARMS = 500

/** Why nothing came of it for one alarm. `lost`: the link was, so that only the panel's events can tell. */
export type AlarmObjection = 'gone' | 'changed' | 'not_applicable' | 'lost'

export interface ObjectedAlarm {
  readonly alarm: string
  readonly action: AlarmAction
  readonly objection: AlarmObjection
}

/** What one action came to. Nothing in here says that it was done: that is for the panel's events. */
export interface ActResult {
  readonly action: AlarmAction
  readonly objected: readonly ObjectedAlarm[]
  /** The panel did not even take it. */
  readonly refused: AndonError | null
}

export interface ActWords {
  readonly comment?: string
  readonly reason?: string
  readonly seconds?: number
  readonly one_shot?: boolean
}

/** The alarms, and what a person can do with them. Nothing is ever queued, or done to an alarm that was not on the screen. */
export const useAlarms = defineStore('alarms', () => {
  const session = useSession()
  const source = useSource()
  /** All that are not normal. */
  const all = computed(() => source.alarms.all())
  const standing = computed(() => all.value.filter(({ state }) => !isAside(state)))
  const aside = computed(() => all.value.filter(({ state }) => isAside(state)))
  const counts = computed(() => countAlarms(all.value))
  const first = computed(() => foremost(all.value))
  const byMachine = computed(() => alarmsByMachine(all.value))
  /** Of the plant as it is now, whatever is replayed. */
  const liveCounts = computed(() => countAlarms(session.source.alarms.all()))
  const liveUnacknowledged = computed(() =>
    liveCounts.value.reduce((sum, { unacknowledged }) => sum + unacknowledged, 0),
  )
  /** What is being asked of the panel for each alarm just now. */
  const asking = ref<Readonly<Record<string, AlarmAction>>>({})
  /** What spoke against the latest action, by alarm, until the person has read it. */
  const objections = ref<Readonly<Record<string, ObjectedAlarm>>>({})
  const refused = ref<AndonError | null>(null)

  async function ask(action: AlarmAction, seen: readonly SeenAlarm[], words: ActWords): Promise<ActResult> {
    const reply = await session.client.alarm({ action, alarms: [...seen], ...words })
    if (!reply)
      return { action, refused: null, objected: seen.map(({ alarm }) => ({ alarm, action, objection: 'lost' })) }
    if (!reply.ok) return { action, refused: reply.error, objected: [] }
    const objected = (reply.alarms ?? []).flatMap(({ alarm, objection }) =>
      objection === null ? [] : [{ alarm, action, objection }],
    )
    return { action, refused: null, objected }
  }

  /** Does one thing with the alarms as they were seen. Does nothing where a person may not act. */
  async function act(action: AlarmAction, seen: readonly SeenAlarm[], words: ActWords = {}): Promise<ActResult> {
    const result: { action: AlarmAction; objected: ObjectedAlarm[]; refused: AndonError | null } = {
      action,
      objected: [],
      refused: null,
    }
    if (!session.mayAct || seen.length === 0) return result
    const ids = seen.map(({ alarm }) => alarm)
    asking.value = { ...asking.value, ...Object.fromEntries(ids.map((id) => [id, action])) }
    forget(ids)
    refused.value = null
    try {
      for (let start = 0; start < seen.length; start += MAX_ALARMS) {
        const part = await ask(action, seen.slice(start, start + MAX_ALARMS), words)
        result.objected.push(...part.objected)
        result.refused ??= part.refused
        if (part.refused) break
      }
    } finally {
      const rest = { ...asking.value }
      for (const id of ids) delete rest[id]
      asking.value = rest
    }
    objections.value = { ...objections.value, ...Object.fromEntries(result.objected.map((each) => [each.alarm, each])) }
    refused.value = result.refused
    return result
  }

  /** The person has read it. */
  function forget(ids: readonly string[]): void {
    const rest = { ...objections.value }
    for (const id of ids) delete rest[id]
    objections.value = rest
  }

  function forgetAll(): void {
    objections.value = {}
    refused.value = null
  }

  return {
    all,
    standing,
    aside,
    counts,
    first,
    byMachine,
    liveCounts,
    liveUnacknowledged,
    asking,
    objections,
    refused,
    act,
    forget,
    forgetAll,
  }
})
