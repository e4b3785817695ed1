import type { Access } from './access.ts'
import type { Audit, Deed } from './audit.ts'
import { Forbidden } from './refusals.ts'
import { type Action, forbiddenMessage } from './rights.ts'

/** Null where somebody may; else it is written down that they tried, and this is what they are told. */
export function denial(audit: Pick<Audit, 'record'>, access: Access, right: Action, deed: Deed): string | null {
  if (access.may(right)) return null
  audit.record(access, { ...deed, result: 'forbidden' })
  return forbiddenMessage(access.role, right)
}

/** Throws {@link Forbidden} where somebody may not, once it is written down that they tried. */
export function requireRight(audit: Pick<Audit, 'record'>, access: Access, right: Action, deed: Deed): void {
  const message = denial(audit, access, right, deed)
  if (message !== null) throw new Forbidden(message)
}
