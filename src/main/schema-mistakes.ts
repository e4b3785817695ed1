import type { TSchema } from 'typebox'
import { Check } from 'typebox/value'
import { NAME_RULE } from '../shared/plant.ts'
import type { Key } from './yaml-text.ts'

/** Something that is wrong, or odd, and where. The text follows the key path: `must be …`. */
export interface Mistake {
  readonly keys: readonly Key[]
  readonly text: string
}

/** The part of JSON Schema that our schemas are written in. */
interface Shape {
  readonly type?: string
  readonly anyOf?: readonly Shape[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, Shape>>
  readonly patternProperties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean
  readonly items?: Shape
  readonly minItems?: number
  readonly maxItems?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
}

/**
 * What a value has against a schema, in words for whoever wrote the value: what stands there, what may. The validator
 * gives the verdict; its own messages name neither ranges nor, in a union, the case that was meant.
 */
export function schemaMistakes(schema: TSchema, value: unknown): Mistake[] {
  return mistakes(schema, value, [])
}

function mistakes(shape: Shape, value: unknown, keys: readonly Key[]): Mistake[] {
  if (shape.anyOf) return ofUnion(shape, shape.anyOf, value, keys)
  if (shape.type === 'object' && isRecord(value)) return ofObject(shape, value, keys)
  if (shape.type === 'array' && Array.isArray(value)) return ofArray(shape, value, keys)
  if (Check(shape as TSchema, value)) return []
  return [{ keys, text: `must be ${expected(shape)}, ${instead(shape, value)}` }]
}

function ofObject(shape: Shape, value: Readonly<Record<string, unknown>>, keys: readonly Key[]): Mistake[] {
  const found: Mistake[] = []
  for (const [key, item] of Object.entries(value)) {
    const inside = shapeOf(shape, key)
    const path = [...keys, key]
    if (inside) found.push(...mistakes(inside, item, path))
    else if (shape.patternProperties) found.push({ keys: path, text: `must be ${NAME_RULE}` })
    else if (shape.additionalProperties === false) found.push({ keys: path, text: unknownKey(shape, key) })
  }
  const missing = missingKeys(shape, value)
  if (missing.length > 0)
    found.push({ keys, text: `needs ${missing.map((key) => withExpected(shape, key)).join(' and ')}` })
  return found
}

function ofArray(shape: Shape, value: readonly unknown[], keys: readonly Key[]): Mistake[] {
  const { minItems = 0, maxItems = Infinity, items } = shape
  if (value.length < minItems) return [{ keys, text: `must have at least ${count(minItems)}` }]
  if (value.length > maxItems) return [{ keys, text: `must have at most ${count(maxItems)}, not ${value.length}` }]
  return items ? value.flatMap((item, index) => mistakes(items, item, [...keys, index])) : []
}

/** Tells about the case that was most likely meant: the one that knows most of the keys. */
function ofUnion(shape: Shape, cases: readonly Shape[], value: unknown, keys: readonly Key[]): Mistake[] {
  if (Check(shape as TSchema, value)) return []
  const objects = cases.filter((each) => each.type === 'object')
  if (!isRecord(value) || objects.length === 0) {
    return [{ keys, text: `must be ${expected(shape)}, ${instead(shape, value)}` }]
  }
  const known = (each: Shape): number => Object.keys(value).filter((key) => shapeOf(each, key)).length
  const most = Math.max(...objects.map(known))
  const [likely, ...others] = objects
    .filter((each) => known(each) === most)
    .map((each) => ({ each, found: mistakes(each, value, keys), missing: missingKeys(each, value) }))
    .toSorted((a, b) => a.found.length - b.found.length)
  if (!likely) return []
  // Nothing says which one was meant: name what each of them lacks.
  const alike = [likely, ...others].filter(({ found, missing }) => found.length === 1 && missing.length > 0)
  if (alike.length > 1) {
    return [{ keys, text: `needs ${alike.map(({ missing }) => missing.join(' and ')).join(', or ')}` }]
  }
  return likely.found
}

function shapeOf(shape: Shape, key: string): Shape | undefined {
  if (shape.properties && Object.hasOwn(shape.properties, key)) return shape.properties[key]
  return Object.entries(shape.patternProperties ?? {}).find(([pattern]) => new RegExp(pattern, 'u').test(key))?.[1]
}

function missingKeys(shape: Shape, value: object): string[] {
  return (shape.required ?? []).filter((key) => !Object.hasOwn(value, key))
}

function withExpected(shape: Shape, key: string): string {
  const inside = shape.properties?.[key]
  return inside?.enum ? `${key} (${expected(inside)})` : key
}

function unknownKey(shape: Shape, key: string): string {
  const known = Object.keys(shape.properties ?? {})
  const near = nearest(key, known)
  const hint = near === undefined ? '.' : `, did you mean "${near}"?`
  return `is not known here${hint} Known are ${known.join(', ')}`
}

/** What may stand there. */
function expected(shape: Shape): string {
  if (shape.anyOf) return [...new Set(shape.anyOf.map(expected))].join(' or ')
  if (shape.enum) return `one of ${shape.enum.join(', ')}`
  if ('const' in shape) return String(shape.const)
  switch (shape.type) {
    case 'integer':
      return `a whole number${range(shape)}`
    case 'number':
      return `a number${range(shape)}`
    case 'boolean':
      return 'true or false'
    case 'string':
      return shape.pattern === undefined ? `a text${length(shape)}` : NAME_RULE
    case 'array':
      return 'a list'
    case 'object':
      return 'a set of keys with values'
    case undefined:
    default:
      return shape.type ?? 'something else'
  }
}

function range({ minimum, maximum, exclusiveMinimum }: Shape): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`
  const most = maximum === undefined ? '' : ` and at most ${maximum}`
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum}${most}`
  return minimum === undefined ? most.replace(' and', ' of') : ` of at least ${minimum}`
}

function length({ minLength = 0, maxLength }: Shape): string {
  if (maxLength !== undefined) return ` of ${minLength > 0 ? `${minLength} to` : 'at most'} ${maxLength} characters`
  return minLength > 0 ? ' that is not empty' : ''
}

/** What stands there now. */
function instead(shape: Shape, value: unknown): string {
  if (value === null) return 'not empty'
  if (Array.isArray(value)) return 'not a list'
  if (typeof value === 'object') return 'not a set of keys'
  const text = JSON.stringify(value)
  const shown = typeof value === 'number' ? String(value) : text.length > 60 ? `${text.slice(0, 60)}…` : text
  const quotes = typeof value !== 'string' && wantsText(shape) ? ' (put it in quotes)' : ''
  return `not ${shown}${quotes}`
}

function wantsText(shape: Shape): boolean {
  return shape.type === 'string' || (shape.anyOf?.some(wantsText) ?? false)
}

function count(items: number): string {
  return items === 1 ? 'one entry' : `${items} entries`
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The word that was most likely meant; undefined where none is near. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  if (word.length > 60) return undefined
  const near = words
    .map((each) => ({ each, steps: distance(plain(word), plain(each)) }))
    .toSorted((a, b) => a.steps - b.steps)[0]
  return near && near.steps <= Math.max(1, Math.floor(Math.min(word.length, near.each.length) / 3))
    ? near.each
    : undefined
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[-_ ]/g, '')
}

/** Letters to add, drop, change or swap with their neighbour to make one word of the other. */
function distance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1]
      let steps = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        steps = Math.min(steps, (before[j - 2] ?? 0) + 1)
      row.push(steps)
    }
    before = last
    last = row
  }
  return last[b.length] ?? 0
}
