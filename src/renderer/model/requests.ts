import Type, { type Static, type TSchema } from 'typebox'
import { Value } from 'typebox/value'

/** Why something was not done. `code` is one of the panel's own, or `unreachable` where it does not answer. */
export interface Refusal {
  readonly code: string
  /** In the panel's words, for a code that this page does not know. */
  readonly message: string
  /** Seconds after which it may be tried again. */
  readonly retryAfter: number | null
}

export type Answered<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal }

export interface Asking {
  /** Default: GET. */
  readonly method?: 'POST' | 'PATCH' | 'DELETE'
  readonly body?: object
}

const RefusedSchema = Type.Object({ error: Type.Object({ code: Type.String(), message: Type.String() }) })

const UNREACHABLE: Refusal = { code: 'unreachable', message: '', retryAfter: null }

/** Asks the panel that the page came from about people. Nothing here rejects. */
export class Requests {
  readonly #base: string

  /** `base`: the page's own address. */
  constructor(base: string) {
    this.#base = base
  }

  /** `path`: below `/api/v1/`. An answer that does not follow the schema is none. */
  async ask<T extends TSchema>(schema: T, path: string, asking: Asking = {}): Promise<Answered<Static<T>>> {
    const answered = await this.do(path, asking)
    if (!answered.ok) return answered
    const { value } = answered
    return Value.Check(schema, value) ? { ok: true, value } : { ok: false, refusal: UNREACHABLE }
  }

  /** The same where nothing is to be read in the answer. */
  async do(path: string, { method, body }: Asking = {}): Promise<Answered<unknown>> {
    try {
      const answer = await fetch(this.url(path), {
        method: method ?? 'GET',
        ...(body ? { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) } : {}),
      })
      const text = await answer.text()
      const value: unknown = text === '' ? null : JSON.parse(text)
      return answer.ok ? { ok: true, value } : { ok: false, refusal: refusalOf(answer, value) }
    } catch {
      // No link: the page says so by itself.
      return { ok: false, refusal: UNREACHABLE }
    }
  }

  url(path: string): URL {
    return new URL(`api/v1/${path}`, this.#base)
  }
}

function refusalOf({ headers }: Response, value: unknown): Refusal {
  const seconds = Number(headers.get('Retry-After') ?? Number.NaN)
  return {
    ...(Value.Check(RefusedSchema, value) ? value.error : { code: 'internal', message: '' }),
    retryAfter: Number.isFinite(seconds) ? seconds : null,
  }
}
