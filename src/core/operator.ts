import type { Access } from './access.ts'

/** Who holds control, or wants it: a viewer's session, or a program's request. */
export interface Holder {
  /** Of the session, or of the program. */
  readonly session: string
  /** For people: what it calls itself, and from where. */
  readonly name: string
  /** At the machine's own display. */
  readonly local: boolean
}

/** Who acts, and what they may. */
export interface Operator extends Holder {
  readonly access: Access
}
