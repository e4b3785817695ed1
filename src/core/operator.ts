import type { Access } from './access.ts'
import type { Identity } from './identities.ts'
import type { Peer } from './session-socket.ts'

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

/** Two browsers at one address are told apart by the beginning of their session's id. */
export function operatorOf({ id }: Identity, { kind, address }: Peer, access: Access, station?: string): Operator {
  const local = kind === 'local'
  const named = station?.replaceAll(/\p{Cc}/gu, '').trim()
  const who = { session: id, local, access }
  if (access.account !== null)
    return { ...who, name: `${access.displayName} (${named ?? (local ? 'local display' : address)})` }
  if (named) return { ...who, name: local ? named : `${named} (${address})` }
  return { ...who, name: local ? 'Local display' : `${address} #${id.slice(0, 4)}` }
}
