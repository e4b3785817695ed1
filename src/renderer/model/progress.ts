import { type Command, isSettled } from '../../shared/command.ts'
import type { AndonError } from '../../shared/errors.ts'
import type { Outcome } from './outcome.ts'

/** How far a wish of this viewer has come. Nothing here says that it is done but a command that the machine confirmed. */
export type Progress =
  /** The panel has not answered yet. */
  | { readonly kind: 'asking' }
  /** One command, or the one that matters of several. */
  | { readonly kind: 'command'; readonly command: Command; readonly of: number }
  | { readonly kind: 'rejected'; readonly error: AndonError }
  | { readonly kind: 'lost' }
  | { readonly kind: 'disabled' }

/** A wish: the id of its (first) command, and what the panel said to it; null while it has said nothing. */
export interface WishMade {
  readonly command: string
  readonly outcome: Outcome | null
}

/** The worst first: of several commands, this one is to be shown. */
const WEIGHT: Readonly<Record<Command['status'], number>> = {
  failed: 0,
  timed_out: 1,
  refused: 2,
  requested: 3,
  accepted: 4,
  confirmed: 5,
}

/**
 * What is to be said of a wish; null where nothing is. The folded commands have the last word: a wish whose answer was
 * lost with the link is told by them, once it is back. `now`: the panel's clock.
 */
export function progressOf(
  wish: WishMade | undefined,
  command: (id: string) => Command | undefined,
  now: number,
): Progress | null {
  if (!wish) return null
  const { outcome } = wish
  const answered = outcome?.kind === 'sent' ? outcome.commands : []
  const ids = new Set([wish.command, ...answered.map(({ id }) => id)])
  const known = [...ids].flatMap((id) => command(id) ?? answered.filter((each) => each.id === id && speaks(each, now)))
  const [worst] = known.toSorted((a, b) => WEIGHT[a.status] - WEIGHT[b.status])
  if (worst) return { kind: 'command', command: worst, of: known.length }
  if (!outcome) return { kind: 'asking' }
  switch (outcome.kind) {
    case 'refused':
      return { kind: 'rejected', error: outcome.error }
    case 'lost':
    case 'disabled':
      return { kind: outcome.kind }
    // Its commands are settled so long ago that nobody remembers them.
    case 'sent':
    case 'done':
      return null
    default:
      return outcome satisfies never
  }
}

/** The panel's answer may come a frame before the event, and stands until that is long overdue. */
function speaks({ status, deadline }: Command, now: number): boolean {
  return isSettled(status) || now <= deadline
}

/** Whether it is still open what comes of it. */
export function isOpen(progress: Progress | null): boolean {
  return progress?.kind === 'asking' || (progress?.kind === 'command' && !isSettled(progress.command.status))
}
