import type { Gate } from '../core/gate.ts'
import type { Log } from '../core/log.ts'
import type { Accept, AcceptAs } from '../core/session-socket.ts'
import { CLOSE_CODES, type CloseCode } from '../shared/close-codes.ts'
import type { WebServer } from './adapters/web-server.ts'

export interface WindowAcceptOptions {
  readonly gate: Gate
  /** It knows what the window has signed in with. */
  readonly web: Pick<WebServer, 'windowCredentials'>
  readonly accept: AcceptAs
  readonly isClosing: () => boolean
  readonly log: Log
}

/** Lets the machine's own display in as whoever has signed in there, and tells others why not. */
export function windowAccept({ gate, web, accept, isClosing, log }: WindowAcceptOptions): Accept {
  return (socket, peer) => {
    const closing = isClosing()
    let why: CloseCode = closing ? CLOSE_CODES.going_away : CLOSE_CODES.sign_in_required
    try {
      const known = closing ? null : gate.identify({ ...web.windowCredentials(), address: peer.address })
      if (known?.kind === 'known') return accept(socket, peer, known.access)
    } catch (error) {
      log.error({ err: error }, 'the accounts cannot be read')
      why = CLOSE_CODES.internal
    }
    socket.close(why.code, why.reason)
    return { receive: () => undefined, drained: () => undefined, closed: () => undefined }
  }
}
