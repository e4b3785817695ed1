import type { EventView } from './event.ts'
import type { Payload } from './datagram.ts'
import type { Quality } from './device.ts'
import { DEVICE_LIMITS, qualityOf, reportOf } from './fold/devices.ts'
import { idField, MAX_NAME, textField } from './fold/fields.ts'
import { toMilliseconds } from './source-time.ts'
import type { TrendTag } from './trend-tag.ts'

/** One value of one tag at one time. */
export interface TrendSample extends TrendTag {
  /** Null: from here on there is no value. Booleans are 0 and 1. */
  readonly value: number | null
  readonly boolean: boolean
  readonly quality: Exclude<Quality, 'stale'>
}

/** What an event says of values. */
export interface TrendNews {
  /** The machine's own time of it, epoch milliseconds; null where it sent none. */
  readonly sourceTime: number | null
  readonly samples: readonly TrendSample[]
  /** Nothing that this machine, or this device of it, said before holds any longer. */
  readonly ended: { readonly machine: string; readonly device: string | null } | null
  /** The device's type, where the event names it: a single value goes by it under another tag. */
  readonly type: { readonly machine: string; readonly device: string; readonly type: string } | null
}

/** A machine's time is believed when it lies so far before and behind the panel's, milliseconds. */
const EARLIEST_MS = 60_000
const LATEST_MS = 1_000

/**
 * When a value was so: the machine's own time where that is plausible, else when it was received; never before the value
 * that came before it, so that a tag's samples are in order.
 */
export function sampleTime(received: number, source: number | null, previous: number): number {
  const plausible = source !== null && source >= received - EARLIEST_MS && source <= received + LATEST_MS
  return Math.max(Math.round(plausible ? source : received), previous)
}

/**
 * The values in an event, as trends keep them: every number and boolean that a machine says of its devices, and the ends
 * of what it said. Null where it says nothing of values. `typeOf` knows the types of devices that were named before.
 */
export function trendNews(
  event: EventView,
  typeOf: (machine: string, device: string) => string | null,
): TrendNews | null {
  const { machine, type, origin } = event
  if (type === 'machine_stale' ? origin === 'panel' : type === 'machine_terminated' && origin === 'machine') {
    return { sourceTime: null, samples: [], ended: { machine, device: null }, type: null }
  }
  if (origin !== 'machine' || event.family !== 'device') return null
  if (type === 'device_update') return deviceNews(event, typeOf)
  return type === 'tag_update' ? tagNews(event) : null
}

function deviceNews(
  { machine, payload, sourceTime }: EventView,
  typeOf: (machine: string, device: string) => string | null,
): TrendNews | null {
  const device = idField(payload, 'device_id')
  if (device === null) return null
  const named = textField(payload, 'device_type')
  const { values, quality } = reportOf(payload, named ?? typeOf(machine, device))
  const samples: TrendSample[] = []
  for (const tag of Object.keys(values).slice(0, DEVICE_LIMITS.tags)) {
    const sample = sampleOf({ machine, device, tag }, values, tag, quality)
    if (sample) samples.push(sample)
  }
  return {
    sourceTime: toMilliseconds(payload['last_updated']) ?? sourceTime,
    samples,
    // A device that is offline or in error has no values to trust, whether it sends them or not.
    ended: reportOf({ status: payload['status'] }, null).quality === 'bad' ? { machine, device } : null,
    type: named === null ? null : { machine, device, type: named },
  }
}

function tagNews({ machine, payload, sourceTime }: EventView): TrendNews | null {
  const tag = idField(payload, 'tag')
  const device = payload['device_id'] === undefined ? machine : idField(payload, 'device_id')
  if (tag === null || device === null) return null
  const sample = sampleOf({ machine, device, tag }, payload, 'value', qualityOf(payload['quality']))
  return sample && { sourceTime, samples: [sample], ended: null, type: null }
}

function sampleOf(tag: TrendTag, from: Payload, key: string, quality: Quality): TrendSample | null {
  if (tag.tag === '' || tag.tag.length > MAX_NAME || quality === 'stale') return null
  const value = from[key]
  if (typeof value === 'boolean') return { ...tag, value: value ? 1 : 0, boolean: true, quality }
  if (typeof value === 'number' && Number.isFinite(value)) return { ...tag, value: value + 0, boolean: false, quality }
  return { ...tag, value: null, boolean: false, quality: 'bad' }
}
