import type { Expectation } from './command.ts'
import type { Payload } from './datagram.ts'
import type { TagValue } from './device.ts'
import type { Objection } from './objection.ts'
import type { TagDescription } from './plant.ts'

/** Longest text that may be written, in UTF-16 units. */
const MAX_TEXT = 500

/** How a value is written: the payload of a `device_control`, and what confirms it. */
export function writeOf(
  device: string,
  tag: string,
  description: TagDescription,
  value: TagValue,
): { readonly payload: Payload; readonly expectation: Expectation } {
  return {
    payload: { device_id: device, [description.field ?? tag]: value },
    expectation: { kind: 'tag', device, tag, value, tolerance: description.tolerance ?? 0 },
  }
}

/** What is wrong with a value for a tag; null where nothing is. */
export function valueObjection(name: string, tag: TagDescription, value: unknown): Objection | null {
  const wrong = (rule: string): Objection => ({ refusal: 'wrong_type', reason: `${name} must be ${rule}.` })
  switch (tag.type) {
    case 'boolean':
      return typeof value === 'boolean' ? null : wrong('true or false')
    case 'string':
      return typeof value === 'string' && value.length <= MAX_TEXT
        ? null
        : wrong(`a text of at most ${MAX_TEXT} characters`)
    case 'integer':
      if (!Number.isSafeInteger(value)) return wrong('a whole number')
      break
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) return wrong('a number')
      break
    default:
      return tag.type satisfies never
  }
  const { min = -Infinity, max = Infinity } = tag
  if (Number(value) >= min && Number(value) <= max) return null
  return { refusal: 'out_of_range', reason: `${name} must be ${rangeOf(tag)}.` }
}

function rangeOf({ min, max, unit }: TagDescription): string {
  const end = unit === undefined ? '' : ` ${unit}`
  if (min === undefined) return `at most ${max}${end}`
  return max === undefined ? `at least ${min}${end}` : `from ${min} to ${max}${end}`
}
