/** How many of the latest events a snapshot brings along, so that a page that just opened is not empty. */
export const RECENT_LIMIT = 500

/** Keeps the last {@link RECENT_LIMIT} items, in place. */
export function foldRecent<T>(recent: T[], item: T): void {
  recent.push(item)
  if (recent.length > RECENT_LIMIT) recent.splice(0, recent.length - RECENT_LIMIT)
}
