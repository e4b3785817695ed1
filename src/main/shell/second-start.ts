import Type from 'typebox'
import { Value } from 'typebox/value'
import type { Holder } from '../adapters/data-dir-lock.ts'
import { pagePath } from './page-path.ts'

/** What a start asks of the windows; a second one hands it over to the first. */
export interface PageRequest {
  /** The page to show; null for whatever is shown already. */
  readonly page: string | null
  /** In a window of its own. */
  readonly newWindow: boolean
}

const RequestSchema = Type.Object({ page: Type.Union([Type.String(), Type.Null()]), newWindow: Type.Boolean() })

/** What another process handed over: anything may be in there. What is no request asks for nothing. */
export function receivedRequest(value: unknown): PageRequest {
  if (!Value.Check(RequestSchema, value)) return { page: null, newWindow: false }
  return { page: value.page === null ? null : pagePath(value.page), newWindow: value.newWindow }
}

/** Options that a running panel heeds, or by which it was found. */
const HEEDED = new Set(['page', 'new-window', 'data-dir'])

/**
 * What a second start says of itself; `argv` are its options. Those that the running panel cannot heed are named.
 * `holder`: what is known of the running one.
 */
export function secondStartText(
  { page, newWindow }: PageRequest,
  argv: readonly string[],
  holder: Pick<Holder, 'url' | 'window'> | null,
): string {
  const done =
    holder?.window === false
      ? `it has no window; browsers find it at ${holder.url ?? 'its address'}`
      : asked({ page, newWindow })
  const unheeded = new Set(
    argv.flatMap((argument) => {
      const name = /^--([^=]+)/.exec(argument)?.[1]
      return name === undefined || HEEDED.has(name) ? [] : [`--${name}`]
    }),
  )
  const rest =
    unheeded.size === 0
      ? ''
      : `andon: ${[...unheeded].join(', ')}: without effect, as it keeps the settings it was started with. ` +
        'Quit it first, or name another --data-dir to run a second panel.\n'
  return `andon: it is running already; ${done}.\n${rest}`
}

function asked({ page, newWindow }: PageRequest): string {
  if (newWindow) return 'it has been asked for another window'
  return page === null ? 'its window has been brought to the front' : `its window has been asked for ${page}`
}
