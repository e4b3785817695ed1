import type { ServerMessage } from '../shared/messages.ts'
import type { Frame } from './session-socket.ts'

/** A frame whose bytes are made at first use and then shared. */
export class TextFrame implements Frame {
  #bytes: Buffer | undefined

  constructor(readonly text: string) {}

  get bytes(): Buffer {
    this.#bytes ??= Buffer.from(this.text)
    return this.#bytes
  }
}

/** A small message as a frame. Events and snapshots are spliced instead, see ring.ts and snapshot.ts. */
export function messageFrame(message: ServerMessage): Frame {
  return new TextFrame(JSON.stringify(message))
}
