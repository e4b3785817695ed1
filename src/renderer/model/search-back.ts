import type { FeedPage } from './event-feed.ts'

export interface BackwardSearch {
  /** Offset before which to look. */
  readonly from: number
  /** It is enough when this many were found. */
  readonly want: number
  readonly signal: AbortSignal
  /** One bounded look before an offset. */
  readonly page: (before: number) => Promise<FeedPage>
  /** Called with each page, newest first, and the offset before which it looked; false ends the search. */
  readonly found: (page: FeedPage, before: number) => boolean
}

/** Looks back through the journal, page by page, until enough is found, it ends, or the person has had enough. */
export async function searchBack({ from, want, signal, page, found }: BackwardSearch): Promise<void> {
  let cursor: number | null = from
  let count = 0
  while (cursor !== null && count < want) {
    const next: FeedPage = await page(cursor)
    if (signal.aborted || !found(next, cursor)) return
    count += next.events.length
    cursor = next.next
  }
}
