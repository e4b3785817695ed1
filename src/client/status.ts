import type { CloseCode } from '../shared/close-codes.ts'

/** The state of the link between a viewer and the panel, as people should see it. */
export type LinkStatus =
  /** First attempt, nothing shown yet. */
  | { readonly kind: 'connecting' }
  /** What is shown is what is. `roundTripMs` is null until measured. */
  | { readonly kind: 'live'; readonly roundTripMs: number | null }
  /** Lost; the next attempt is due at `retryAt` (epoch ms) or under way (null). `since`: when the link was lost. */
  | {
      readonly kind: 'reconnecting'
      readonly attempt: number
      readonly since: number
      readonly retryAt: number | null
      readonly reason: string
    }
  /** This device has no network at all; attempts go on when it is back. */
  | { readonly kind: 'offline'; readonly since: number }
  /** Trying again would not help; the person has to do something. */
  | { readonly kind: 'refused'; readonly close: CloseCode }
  /** Closed by this side. */
  | { readonly kind: 'closed' }
