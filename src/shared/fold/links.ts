import type { Payload } from '../datagram.ts'
import type { EventView } from '../event.ts'
import { type Link, linkKey, type LinkMinute, MINUTE_MS, minuteOf } from '../link.ts'
import { countResponse } from '../response-histogram.ts'
import { countField, idField, makeRoom, MAX_TEXT, messageField, numberField, pushBounded, textField } from './fields.ts'

export const LINK_LIMITS = {
  /** Types of one machine, and links in all: those silent longest are forgotten above it. */
  types: 50,
  links: 1_000,
  errors: 10,
  minutes: 60,
} as const

/** A longer response time is a defect of the sender's clock; sums of such would leave what JSON can write. */
const MAX_RESPONSE_MS = 86_400_000

/**
 * Folds one event into the statistics of the machines' connections, in place. Returns the link that changed. The core
 * does this for every datagram, and most are of another family.
 */
export function foldLink(links: Map<string, Link>, event: EventView): Link | undefined {
  if (event.family !== 'connection' || event.origin !== 'machine') return undefined
  const { machine, payload, time, offset } = event
  const type = idField(payload, 'connection_type')
  if (type === null) return undefined
  const link = links.get(linkKey(machine, type)) ?? begin(links, event, type)
  const minute = minuteAt(link, time)
  const direction = payload['direction']
  const bytes = countField(payload, 'data_size_bytes') ?? 0
  const response = responseOf(payload)
  const failing = direction === 'error' || hasError(payload['error'])

  link.lastEventAt = time
  link.lastEventOffset = offset
  link.failing = failing
  for (const sum of [link, minute]) {
    sum.events += 1
    if (failing) sum.errors += 1
    // Senders say one or the other, the documents the other.
    if (direction === 'send' || direction === 'outbound') sum.sentBytes += bytes
    else if (direction === 'receive' || direction === 'inbound') sum.receivedBytes += bytes
    if (response === null) continue
    sum.responses += 1
    sum.responseMs += response
  }
  if (response !== null) countResponse(link.histogram, response)
  if (failing) {
    const message = messageField(payload) ?? textField(payload, 'error', MAX_TEXT) ?? ''
    const error = { offset, time, message, script: textField(payload, 'script_name') }
    pushBounded(link.lastErrors, { ...error, call: textField(payload, 'function_name') }, LINK_LIMITS.errors)
  }
  return link
}

/** Milliseconds; null where there is none, or none that can be. */
function responseOf(payload: Payload): number | null {
  const response = numberField(payload, 'response_time_ms')
  return response === null || response < 0 || response > MAX_RESPONSE_MS ? null : response
}

/** `null`, `false`, an empty text and nothing at all say that there was none. */
function hasError(error: unknown): boolean {
  return error !== undefined && error !== null && error !== false && error !== ''
}

function begin(links: Map<string, Link>, { machine, time, offset }: EventView, type: string): Link {
  makeRoomAt(links, machine)
  const link: Link = {
    machine,
    type,
    firstAt: time,
    lastEventAt: time,
    lastEventOffset: offset,
    events: 0,
    errors: 0,
    sentBytes: 0,
    receivedBytes: 0,
    responses: 0,
    responseMs: 0,
    histogram: [],
    failing: false,
    lastErrors: [],
    minutes: [],
  }
  links.set(linkKey(machine, type), link)
  return link
}

const byLastEvent = ({ lastEventOffset }: Link): number => lastEventOffset

/** One machine that invents types must not push out the others' links. */
function makeRoomAt(links: Map<string, Link>, machine: string): void {
  const own = new Map([...links].filter(([, link]) => link.machine === machine))
  const before = [...own.keys()]
  makeRoom(own, LINK_LIMITS.types, byLastEvent)
  for (const key of before) if (!own.has(key)) links.delete(key)
  makeRoom(links, LINK_LIMITS.links, byLastEvent)
}

/** The minute of a moment; minutes of more than an hour ago go. Time never goes back from event to event. */
function minuteAt({ minutes }: Link, time: number): LinkMinute {
  const at = minuteOf(time)
  const last = minutes.at(-1)
  if (last && last.at >= at) return last
  const minute = { at, events: 0, errors: 0, sentBytes: 0, receivedBytes: 0, responses: 0, responseMs: 0 }
  minutes.push(minute)
  const first = at - (LINK_LIMITS.minutes - 1) * MINUTE_MS
  const kept = minutes.findIndex((each) => each.at >= first)
  if (kept > 0) minutes.splice(0, kept)
  return minute
}
