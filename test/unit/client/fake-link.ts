import type { Connect, TransportEvents } from '../../../src/client/transport.ts'
import { foldedSnapshot, newFolded } from '../../../src/shared/folded.ts'

/** One connection attempt, played by the test. */
export class FakeLink {
  readonly sent: Record<string, unknown>[] = []
  closed: { readonly code: number; readonly reason: string } | undefined

  constructor(readonly events: TransportEvents) {}

  /** The server opens and welcomes with a snapshot at `offset`. */
  welcome(offset: number, { reset = false, channels = ['all'] } = {}): void {
    this.events.opened()
    this.say(welcome(false))
    this.say({
      type: 'snapshot',
      position: { epoch: 'e', offset },
      reset,
      channels,
      state: { ...foldedSnapshot(newFolded()), recent: [] },
    })
  }

  say(message: object): void {
    this.events.frame(JSON.stringify(message))
  }

  /** The last message of this type that the client sent. */
  last(type: string): Record<string, unknown> | undefined {
    return this.sent.findLast((message) => message['type'] === type)
  }
}

export const welcome = (resumed: boolean) => ({
  type: 'welcome',
  protocol: 1,
  session: 's',
  key: 'k',
  operator: 'o',
  server: { name: 'andon', version: '0' },
  time: 0,
  capabilities: { localDisplay: false },
  limits: { messageBytes: 65_536, heartbeatMs: 30_000, channels: 64 },
  resumed,
})

/** A transport whose far end is the test: every attempt becomes a link. */
export class FakeServer {
  readonly links: FakeLink[] = []

  /** Like the real transports, `close` says `closed` at once. */
  readonly connect: Connect = (events) => {
    const link = new FakeLink(events)
    this.links.push(link)
    return {
      send: (text) => link.sent.push(JSON.parse(text) as Record<string, unknown>),
      close: (code, reason) => {
        link.closed ??= { code, reason }
        events.closed(code, reason)
      },
    }
  }

  get link(): FakeLink {
    const link = this.links.at(-1)
    if (!link) throw new Error('nobody has connected')
    return link
  }
}
