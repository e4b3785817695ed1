import { isDeepStrictEqual } from 'node:util'
import { isMap, isScalar, isSeq, type Node, type Pair, parseDocument } from 'yaml'
import type { SettingChanges } from '../shared/settings.ts'
import { UsageError } from './usage-error.ts'
import { readYaml, YamlMistake } from './yaml-text.ts'

const READING = { schema: 'core', merge: true, uniqueKeys: false, stringKeys: true } as const

interface Place {
  readonly from: number
  readonly to: number
  /** What stands there from now on. */
  readonly text: string
}

/**
 * The text of a settings file with some settings changed; null takes one out. Every other character stays as it is. The
 * text must be one that {@link readYaml} can read. Throws a {@link UsageError} where the file is written in a way that
 * only its author can change.
 */
export function withSettings(text: string, changes: SettingChanges): string {
  const document = parseDocument(text, READING)
  const { contents } = document
  const pairs = isMap(contents) && contents.flow !== true ? (contents.items as Pair<Node, Node | null>[]) : []
  const places: Place[] = []
  const added: string[] = []
  for (const [key, value] of Object.entries(changes)) {
    const pair = pairs.find((each) => isScalar(each.key) && each.key.value === key)
    if (pair) places.push(placeOf(pair, text, value === null ? null : line(key, value)))
    else if (value !== null) added.push(line(key, value))
  }
  let changed = text
  for (const { from, to, text: next } of places.toSorted((a, b) => b.from - a.from)) {
    changed = changed.slice(0, from) + next + changed.slice(to)
  }
  if (added.length > 0) {
    if (changed !== '' && !changed.endsWith('\n')) changed += '\n'
    changed += added.map((each) => `${each}\n`).join('')
  }
  const wanted = { ...(readYaml(text).value as object | null), ...changes }
  if (isDeepStrictEqual(valuesIn(changed), withoutNulls(wanted))) return changed
  throw new UsageError('The file is written in a way that only its author can change: change it by hand.')
}

/** Undefined where it is no YAML that can be used. */
function valuesIn(text: string): object | undefined {
  try {
    return { ...(readYaml(text).value as object | null) }
  } catch (error) {
    if (error instanceof YamlMistake) return undefined
    throw error
  }
}

/** JSON is YAML, and stands in one line. */
function line(key: string, value: unknown): string {
  return `${key}: ${Array.isArray(value) ? `[${value.map((each) => JSON.stringify(each)).join(', ')}]` : JSON.stringify(value)}`
}

/** From the key to the end of its value; where it goes, with the rest of its line. */
function placeOf({ key, value }: Pair<Node, Node | null>, text: string, next: string | null): Place {
  const from = key.range?.[0] ?? 0
  let to = Math.max(key.range?.[1] ?? 0, endOf(value))
  if (next === null) {
    const end = text.indexOf('\n', Math.max(to - 1, 0))
    return { from, to: end < 0 ? text.length : end + 1, text: '' }
  }
  // Without a value the colon is not in it.
  if (to === key.range?.[1]) to = text.indexOf(':', to) + 1
  return { from, to, text: next }
}

/** Where the last value in it ends; a list over several lines would reach up to what follows it. */
function endOf(node: Node | null): number {
  const last = isSeq(node) && node.flow !== true ? (node.items.at(-1) as Node | undefined) : undefined
  return last ? endOf(last) : (node?.range?.[1] ?? 0)
}

function withoutNulls(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))
}
