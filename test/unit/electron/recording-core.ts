import type { Accept, Peer, SessionSocket } from '../../../src/core/session-socket.ts'
import { TextFrame } from '../../../src/core/frame.ts'

/** One session as a transport sees the core, written down. */
export interface RecordedSession {
  readonly socket: SessionSocket
  readonly peer: Peer
  readonly received: string[]
  drained: number
  closed: number
}

/** A core that does nothing but write down what a transport tells it. */
export class RecordingCore {
  readonly sessions: RecordedSession[] = []

  readonly accept: Accept = (socket, peer) => {
    const session: RecordedSession = { socket, peer, received: [], drained: 0, closed: 0 }
    this.sessions.push(session)
    return {
      receive: (text) => session.received.push(text),
      drained: () => (session.drained += 1),
      closed: () => (session.closed += 1),
    }
  }

  get session(): RecordedSession {
    const [first] = this.sessions
    if (!first) throw new Error('no session was opened')
    return first
  }
}

export function frame(text: string): TextFrame {
  return new TextFrame(text)
}
