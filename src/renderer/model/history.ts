import Type, { type TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { AndonEventSchema } from '../../shared/event.ts'
import { JournalHealthSchema } from '../../shared/health.ts'
import { RecordedTagsSchema, type RecordedTag, type TrendAnswer, TrendAnswerSchema } from '../../shared/trend-answer.ts'
import { StateSchema } from '../../shared/state.ts'
import { HistoryError } from './history-error.ts'

const PointSchema = Type.Object({ offset: Type.Integer(), time: Type.Integer() })
const JournalEndsSchema = Type.Object({
  /** Its oldest and its newest event; null where it holds none. */
  first: Type.Union([PointSchema, Type.Null()]),
  last: Type.Union([PointSchema, Type.Null()]),
  /** The panel's clock. */
  now: Type.Integer(),
  state: JournalHealthSchema.properties.state,
})
export type JournalEnds = Type.Static<typeof JournalEndsSchema>

const EventPageSchema = Type.Object({
  events: Type.Array(AndonEventSchema),
  next: Type.Union([Type.String({ pattern: '^\\d{1,16}$' }), Type.Null()]),
})

const PastStateSchema = Type.Object({ offset: Type.Integer(), time: Type.Integer(), state: StateSchema })
/** The state at a past moment; offset and time are those of the last event before it. */
export type PastState = Type.Static<typeof PastStateSchema>

export interface JournalPage {
  readonly events: readonly Type.Static<typeof AndonEventSchema>[]
  readonly next: number | null
}

/** What was, asked of the panel the page came from. Everything rejects with a {@link HistoryError}, or when aborted. */
export class History {
  readonly #base: string

  /** `base`: the page's own address. */
  constructor(base: string) {
    this.#base = base
  }

  async journal(signal?: AbortSignal): Promise<JournalEnds> {
    return this.#json(JournalEndsSchema, 'journal', new URLSearchParams(), signal)
  }

  /** Events that the query asks for. A page may be short, even empty, and still have more behind it. */
  async events(query: URLSearchParams, signal?: AbortSignal): Promise<JournalPage> {
    const { events, next } = await this.#json(EventPageSchema, 'events', query, signal)
    return { events, next: next === null ? null : Number(next) }
  }

  async stateAt(at: number, signal?: AbortSignal): Promise<PastState> {
    // The query is made here: where the panel refuses it, it is the journal that is too short.
    return this.#json(PastStateSchema, 'state', new URLSearchParams({ at: String(Math.floor(at)) }), signal, 'short')
  }

  /** Begins an export; its body is the file. */
  async export(query: URLSearchParams, signal: AbortSignal): Promise<Response> {
    return this.#get('export', query, signal)
  }

  /** The tags whose values are recorded. */
  async trendTags(signal?: AbortSignal): Promise<readonly RecordedTag[]> {
    return (await this.#json(RecordedTagsSchema, 'trends/tags', new URLSearchParams(), signal)).tags
  }

  async trends(query: URLSearchParams, signal?: AbortSignal): Promise<TrendAnswer> {
    return this.#json(TrendAnswerSchema, 'trends', query, signal)
  }

  /** Recorded values as they came; the body is the file. */
  async trendFile(query: URLSearchParams, signal: AbortSignal): Promise<Response> {
    return this.#get('trends', query, signal)
  }

  async #json<T extends TSchema>(
    schema: T,
    path: string,
    query: URLSearchParams,
    signal: AbortSignal | undefined,
    refused: 'query' | 'short' = 'query',
  ): Promise<Type.Static<T>> {
    const response = await this.#get(path, query, signal, refused)
    let value: unknown
    try {
      value = await response.json()
    } catch (error) {
      throw lost(error)
    }
    if (!Value.Check(schema, value)) throw new HistoryError('failed')
    return value
  }

  async #get(
    path: string,
    query: URLSearchParams,
    signal?: AbortSignal,
    refused: 'query' | 'short' = 'query',
  ): Promise<Response> {
    const url = new URL(`api/v1/${path}`, this.#base)
    url.search = query.toString()
    let response: Response
    try {
      response = await fetch(url, signal ? { signal } : {})
    } catch (error) {
      throw lost(error)
    }
    if (response.ok) return response
    await response.body?.cancel()
    switch (response.status) {
      case 400:
        throw new HistoryError(refused)
      case 429:
        throw new HistoryError('busy')
      case 503:
        throw new HistoryError('unavailable')
      default:
        throw new HistoryError('failed')
    }
  }
}

/** A fetch fails because it was aborted, or because nobody answered. */
function lost(error: unknown): unknown {
  return error instanceof DOMException && error.name === 'AbortError' ? error : new HistoryError('network')
}
