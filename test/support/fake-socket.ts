import type { Frame, SessionSocket } from '../../src/core/session-socket.ts'

/** A viewer's end that a test can fill, read and inspect. */
export class FakeSocket implements SessionSocket {
  pending = 0
  closed: { readonly code: number; readonly reason: string } | undefined
  readonly frames: Frame[] = []

  send(frame: Frame): void {
    if (this.closed) throw new Error('sent to a closed socket')
    this.frames.push(frame)
  }

  close(code: number, reason: string): void {
    if (this.closed) throw new Error('closed twice')
    this.closed = { code, reason }
  }

  /** Everything sent so far, parsed. */
  get messages(): Record<string, unknown>[] {
    return this.frames.map((frame) => JSON.parse(frame.text) as Record<string, unknown>)
  }

  get types(): unknown[] {
    return this.messages.map((message) => message['type'])
  }

  /** Offsets of the events that were sent, in the order of sending. */
  get offsets(): number[] {
    return this.messages.flatMap((message) =>
      message['type'] === 'events' ? (message['events'] as { offset: number }[]).map((event) => event.offset) : [],
    )
  }
}
