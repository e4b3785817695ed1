/** The first look after the start, when the panel has come to rest, and the time between two, milliseconds. */
export const FIRST_CHECK_MS = 60_000
export const CHECK_MS = 24 * 3_600_000

/** A look that failed is tried again sooner; the network may be back. */
export const RETRY_MS = 3_600_000

/** What is known of a newer version. */
export type UpdateState =
  | { readonly kind: 'off' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'current' }
  /** This copy cannot update itself. */
  | { readonly kind: 'unable' }
  /** Nobody brings it, for this is a kiosk. */
  | { readonly kind: 'found'; readonly version: string }
  | { readonly kind: 'loading'; readonly version: string }
  | { readonly kind: 'ready'; readonly version: string }
  | { readonly kind: 'failed'; readonly reason: string }

/** What an update would break into. */
export interface UnderWay {
  /** Commands that no machine has settled yet. */
  readonly commands: number
  /** Machines that somebody has control of. */
  readonly controlled: number
}

/** When to look next, milliseconds from now; null where nothing is to be looked for: off, or there is one already. */
export function nextCheck(state: UpdateState): number | null {
  switch (state.kind) {
    case 'off':
    case 'unable':
    case 'loading':
    case 'ready':
      return null
    case 'unknown':
      return FIRST_CHECK_MS
    case 'current':
    case 'found':
      return CHECK_MS
    case 'failed':
      return RETRY_MS
    default:
      return state satisfies never
  }
}

/** What stands against installing an update now. */
export type Hindrance =
  | { readonly kind: 'nothing' | 'kiosk' }
  /** So many commands are under way. */
  | { readonly kind: 'commands'; readonly count: number }
  /** Somebody has control of so many machines. */
  | { readonly kind: 'controlled'; readonly count: number }

/**
 * Why an update may not be installed now; null where it may. It is never installed but when somebody at the window asks
 * for it: nobody knows better when a plant can do without its panel. In a kiosk nobody can ask.
 */
export function whyNotInstall({ commands, controlled }: UnderWay, kiosk: boolean): Hindrance | null {
  if (kiosk) return { kind: 'kiosk' }
  if (commands > 0) return { kind: 'commands', count: commands }
  return controlled > 0 ? { kind: 'controlled', count: controlled } : null
}
