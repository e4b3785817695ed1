/** How a program treats the commands that it reads, where it does not simply obey. */
export type Disobedience =
  | { readonly kind: 'refuse'; readonly reason: string }
  /** Takes them, and does nothing. */
  | { readonly kind: 'ignore' }
  /** Obeys, but from its next command on everything that it says is heard so many milliseconds later. */
  | { readonly kind: 'late'; readonly ms: number }
  | Vanishing

/** Dies, once, of the next command: without a word, or `afterMs` after it has begun to obey. */
export interface Vanishing {
  readonly kind: 'vanish'
  readonly afterMs: number
  /** As a killed process leaves it; false where something has cleaned up behind it. */
  readonly keepFile: boolean
  readonly vanished: () => void
}
