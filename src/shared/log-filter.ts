import Type from 'typebox'
import { Value } from 'typebox/value'
import { type AndonEvent, bodyText, type EventView, viewEvent } from './event.ts'
import { MAX_NAME, textField } from './fold/fields.ts'
import { logLevel } from './log-level.ts'
import { LOG_LEVELS } from './machine.ts'

/** The levels of log lines. `analytics` is a flow executor's; everywhere else it counts as `info`. */
export const LINE_LEVELS = [...LOG_LEVELS, 'analytics'] as const
export type LineLevel = (typeof LINE_LEVELS)[number]

/** Longest text that a filter looks for, in UTF-16 units. */
export const MAX_LOG_SEARCH = 200

/** Longest filter as JSON text: room for all of its parts at their longest, with every character escaped. */
export const MAX_LOG_FILTER = 3_000

/** What a viewer asks for. `warn` is how flow executors write `warning`. */
const AskedSchema = Type.Object(
  {
    level: Type.Optional(Type.Array(Type.Enum([...LINE_LEVELS, 'warn'] as const), { maxItems: 20 })),
    tag: Type.Optional(Type.String({ maxLength: MAX_NAME })),
    module: Type.Optional(Type.String({ maxLength: MAX_NAME })),
    text: Type.Optional(Type.String({ maxLength: MAX_LOG_SEARCH })),
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
  /** Anywhere in what {@link lineText} gives. */
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
    text: searched(search),
  }
}

/** A filter as somebody types it, as {@link parseLogFilter} would read it; what is too long is cut. */
export function typedLogFilter({ levels, tag, module, text }: LogFilter): LogFilter {
  return {
    levels,
    tag: typedWord(tag),
    module: typedWord(module),
    text: searched(text.trim()).slice(0, MAX_LOG_SEARCH),
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

/**
 * What a text is looked for in: the line's type, its machine and its payload as compact JSON, in lower case; quotes and
 * line breaks stand for themselves, as people see them.
 */
export function lineText({ type, machine, payload }: Pick<EventView, 'type' | 'machine' | 'payload'>): string {
  const json = JSON.stringify(payload)
  const readable = json.includes('\\') ? json.replaceAll(ESCAPE, unescaped) : json
  return [type, machine, readable].map(searched).join('\n')
}

/**
 * True where the filter lets the line through; the same for everybody who asks, on either side. `eventText`: the whole
 * event's JSON, read only where the cheap questions have been answered with yes.
 */
export function logMatches(filter: LogFilter, head: LogHead, eventText: string): boolean {
  if (!headMatches(filter, head)) return false
  if (filter.text === '') return true
  if (PLAIN_WORD.test(filter.text) && !mayHold(bodyText(eventText), filter.text)) return false
  return lineText(viewEvent(JSON.parse(eventText) as AndonEvent)).includes(filter.text)
}

/** The same but for the text. */
export function headMatches({ levels, tag, module }: LogFilter, head: LogHead): boolean {
  if (levels.length > 0 && !levels.includes(head.level)) return false
  return (tag === '' || contains(head.tag, tag)) && (module === '' || contains(head.module, module))
}

/**
 * Letters alone, and more of them than are in what reading may write anew (`1e21`, `null`): where a body without escapes
 * does not hold such a word as it stands, it does not hold it at all. Most lines are settled so, without being parsed.
 */
const PLAIN_WORD = /^\p{L}{5,}$/u

function mayHold(body: string, word: string): boolean {
  return body.includes('\\') || body.toLowerCase().includes(word)
}

/** As JSON escapes what cannot stand in a text. */
const ESCAPE = /\\(u[0-9a-f]{4}|.)/g

function unescaped(_: string, escape: string): string {
  return escape === '"' || escape === '\\' ? escape : ' '
}

function typedWord(typed: string): string {
  return typed.trim().toLowerCase().slice(0, MAX_NAME)
}

/** White space is alike, whatever it is: a list shows a line in one line. */
function searched(text: string): string {
  return text.replaceAll(/\s+/g, ' ').toLowerCase()
}

function contains(text: string | null, lowerCase: string): boolean {
  return text !== null && text.toLowerCase().includes(lowerCase)
}
