import type { Expectation } from '../shared/command.ts'
import type { TagValue } from '../shared/device.ts'
import type { EventView } from '../shared/event.ts'
import { qualityOf, reportOf } from '../shared/fold/devices.ts'
import { asObject, bounded, idField, MAX_TEXT, messageField, tagValue, textField } from '../shared/fold/fields.ts'

/** What an event of the machine says about an open command; null: nothing. */
export type Verdict = { readonly kind: 'confirmed' } | { readonly kind: 'failed'; readonly reason: string } | null

/** How close a number must come where nothing else is said: what rounding on the way may do to it. */
const ROUNDING = 1e-9

/** What a workflow engine says where it does not do what it was asked for. */
const FAILURES: ReadonlySet<string> = new Set(['workflow:error', 'workflow:failed', 'workflow:validation-error'])

/** The `status` of a `command_result` that is a success, and those of one that is not the last word. */
const SUCCESSES: ReadonlySet<string> = new Set(['success', 'confirmed', 'ok'])
const UNDER_WAY: ReadonlySet<string> = new Set(['accepted', 'pending', 'queued', 'running', 'in_progress'])

const CONFIRMED: Verdict = { kind: 'confirmed' }

/** Judges one event of the machine. Only these can confirm a command; nothing of ours does. */
export function verdict(id: string, expectation: Expectation, event: EventView): Verdict {
  if (event.origin !== 'machine') return null
  if (event.type === 'command_result') return resultVerdict(id, event)
  const { payload, type } = event
  switch (expectation.kind) {
    case 'state':
      return entered(event) === expectation.state ? CONFIRMED : null
    case 'transition':
      return type === 'state_change' ? CONFIRMED : null
    case 'tag':
      return reaches(valueIn(event, expectation), expectation.value, expectation.tolerance) ? CONFIRMED : null
    case 'event':
      if (expectation.execution !== null && executionOf(event) !== expectation.execution) return null
      if (expectation.types.includes(type)) {
        return expectation.status === null || payload['status'] === expectation.status ? CONFIRMED : null
      }
      return expectation.execution !== null && FAILURES.has(type) ? failed(event) : null
    case 'result':
      return null
    default:
      return expectation satisfies never
  }
}

/** True where one event can fulfil both: they wait for the same tag, or for the same kind of sign. */
export function sameSubject(a: Expectation, b: Expectation): boolean {
  if (a.kind === 'tag' && b.kind === 'tag') return a.device === b.device && a.tag === b.tag
  return a.kind === b.kind
}

/** An explicit answer with the command's id goes before every other sign. */
function resultVerdict(id: string, event: EventView): Verdict {
  const { payload } = event
  if (payload['command_id'] !== id && payload['id'] !== id) return null
  const { success } = payload
  if (success === false) return failed(event)
  const status = textField(payload, 'status')?.toLowerCase()
  // One that says neither says nothing: what is not known is never taken for done.
  if (status === undefined) return success === true ? CONFIRMED : null
  if (UNDER_WAY.has(status)) return null
  return SUCCESSES.has(status) ? CONFIRMED : failed(event)
}

function failed({ payload }: EventView): Verdict {
  const { errors } = payload
  const several = Array.isArray(errors)
    ? errors.flatMap((error) => (typeof error === 'string' ? error : (messageField(asObject(error) ?? {}) ?? [])))
    : []
  const reason = messageField(payload) ?? (several.length > 0 ? several.join(' ') : 'The machine reports a failure.')
  return { kind: 'failed', reason: bounded(reason, MAX_TEXT) }
}

function entered({ type, payload }: EventView): unknown {
  return type === 'state_change' ? payload['to_state'] : type === 'machine_registered' ? payload['current_state'] : null
}

function executionOf({ payload }: EventView): string | null {
  return idField(payload, 'executionId') ?? idField(payload, 'validationId')
}

/** The value that an event brings for a tag; undefined where it brings none, or one that cannot be trusted. */
function valueIn(event: EventView, { device, tag }: Extract<Expectation, { kind: 'tag' }>): TagValue | undefined {
  const { type, payload } = event
  if (type === 'tag_update') {
    const id = payload['device_id'] === undefined ? event.machine : idField(payload, 'device_id')
    const fits = id === device && idField(payload, 'tag') === tag && qualityOf(payload['quality']) !== 'bad'
    return fits ? tagValue(payload['value']) : undefined
  }
  if (type !== 'device_update' || idField(payload, 'device_id') !== device) return undefined
  const { values, quality } = reportOf(payload, textField(payload, 'device_type'))
  return quality !== 'bad' && Object.hasOwn(values, tag) ? tagValue(values[tag]) : undefined
}

function reaches(actual: TagValue | undefined, wanted: TagValue, tolerance: number): boolean {
  // Null is no value: the machine does not know it.
  if (actual === undefined || actual === null) return false
  if (typeof actual === 'number' && typeof wanted === 'number') {
    return Math.abs(actual - wanted) <= Math.max(tolerance, ROUNDING)
  }
  return actual === wanted
}
