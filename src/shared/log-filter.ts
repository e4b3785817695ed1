import Type from 'typebox'
import { Value } from 'typebox/value'
import { containsText } from './contains-text.ts'
import type { EventView } from './event.ts'
import { MAX_NAME, textField } from './fold/fields.ts'
import { logLevel } from './log-level.ts'
import { LOG_LEVELS } from './machine.ts'

/** The levels of log lines. `analytics` is a flow executor's; everywhere else it counts as `info`. */
export const LINE_LEVELS = [...LOG_LEVELS, 'analytics'] as const
export type LineLevel = (typeof LINE_LEVELS)[number]

/** Longest text that a filter looks for, and longest filter as text, in UTF-16 units. */
const MAX_SEARCH = 200
export const MAX_LOG_FILTER = 1_000

/** What a viewer asks for. `warn` is how flow executors write `warning`. */
const AskedSchema = Type.Object(
  {
    level: Type.Optional(Type.Array(Type.Enum([...LINE_LEVELS, 'warn'] as const), { maxItems: 20 })),
    tag: Type.Optional(Type.String({ maxLength: MAX_NAME })),
    module: Type.Optional(Type.String({ maxLength: MAX_NAME })),
    text: Type.Optional(Type.String({ maxLength: MAX_SEARCH })),
  },
  { additionalProperties: false },
)

/**
 * Which log lines. No levels: all of them. The texts are in lower case and match as a part, upper and lower case alike;
 * an empty one matches everything. Plain data: it goes to other threads.
 */
export interface LogFilter {
  /** In the order of {@link LINE_LEVELS}, each once. */
  readonly levels: readonly LineLevel[]
  readonly tag: string
  readonly module: string
  /** Anywhere in the event's body. */
  readonly text: string
}

export const ALL_LINES: LogFilter = Object.freeze({ levels: [], tag: '', module: '', text: '' })

/** What a log line says of itself beside its text. */
export interface LogHead {
  readonly level: LineLevel
  readonly tag: string | null
  readonly module: string | null
}

/** A filter from its JSON text, or null where it is none. */
export function parseLogFilter(text: string): LogFilter | null {
  if (text.length > MAX_LOG_FILTER) return null
  let asked: unknown
  try {
    asked = JSON.parse(text)
  } catch {
    // Whoever sent it is told that there is no such channel, or query.
    return null
  }
  if (!Value.Check(AskedSchema, asked)) return null
  const { level = [], tag = '', module = '', text: search = '' } = asked
  const named = new Set<LineLevel>(level.map((each) => (each === 'warn' ? 'warning' : each)))
  const levels = LINE_LEVELS.filter((each) => named.has(each))
  return {
    // Naming all of them is naming none.
    levels: levels.length === LINE_LEVELS.length ? [] : levels,
    tag: tag.toLowerCase(),
    module: module.toLowerCase(),
    text: search.toLowerCase(),
  }
}

/** The filter's one way of being written: equal filters have equal texts. */
export function logFilterText({ levels, tag, module, text }: LogFilter): string {
  return JSON.stringify({
    ...(levels.length === 0 ? {} : { level: levels }),
    ...(tag === '' ? {} : { tag }),
    ...(module === '' ? {} : { module }),
    ...(text === '' ? {} : { text }),
  })
}

/** What a log line says of itself; null for an event that is none. */
export function logHead({ family, payload }: Pick<EventView, 'family' | 'payload'>): LogHead | null {
  if (family !== 'log') return null
  const level = payload['level']
  return {
    level: typeof level === 'string' && level.toLowerCase() === 'analytics' ? 'analytics' : logLevel(level),
    tag: textField(payload, 'tag'),
    module: textField(payload, 'module'),
  }
}

/** True where the filter lets the line through. `eventText`: the whole event's JSON. The cheap questions come first. */
export function logMatches(filter: LogFilter, head: LogHead, eventText: string): boolean {
  return headMatches(filter, head) && (filter.text === '' || containsText(eventText, filter.text))
}

/** The same but for the text. */
export function headMatches({ levels, tag, module }: LogFilter, head: LogHead): boolean {
  if (levels.length > 0 && !levels.includes(head.level)) return false
  return (tag === '' || contains(head.tag, tag)) && (module === '' || contains(head.module, module))
}

function contains(text: string | null, lowerCase: string): boolean {
  return text !== null && text.toLowerCase().includes(lowerCase)
}
