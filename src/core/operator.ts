/** Who acts: a viewer's session, or a program's request. */
export interface Operator {
  /** Of the session, or of the program. */
  readonly session: string
  /** For people: what it calls itself, and from where. */
  readonly name: string
  /** At the machine's own display. */
  readonly local: boolean
}
