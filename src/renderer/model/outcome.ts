import type { Command } from '../../shared/command.ts'
import type { AndonError } from '../../shared/errors.ts'

/**
 * What became of a wish. `sent`: its command is in the log, and the source's commands tell what happens to it, also that
 * it was refused. `refused`: the panel did not even take it. `lost`: the link was lost, before it (nothing was sent) or
 * while it was under way (the panel's events will tell, once it is back). `disabled`: nothing was sent, because what is
 * shown is not what is.
 */
export type Outcome =
  | { readonly kind: 'sent'; readonly commands: readonly Command[] }
  | { readonly kind: 'done'; readonly at: number | null }
  | { readonly kind: 'refused'; readonly error: AndonError }
  | { readonly kind: 'lost' }
  | { readonly kind: 'disabled' }
