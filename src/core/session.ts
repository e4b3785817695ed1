import { type Channel, type Filter, filterOf, isChannel, MAX_CHANNELS } from '../shared/channel.ts'
import { CLOSE_CODES, type CloseCode } from '../shared/close-codes.ts'
import type { ErrorCode } from '../shared/errors.ts'
import { type ClientMessage, ClientMessageSchema, type Hello, type RequestId } from '../shared/messages.ts'
import { parseMessage } from '../shared/parse-message.ts'
import { PROTOCOL_VERSION } from '../shared/protocol.ts'
import type { Clock, Stop } from './clock.ts'
import { door } from './door.ts'
import { messageFrame } from './frame.ts'
import type { Hub } from './hub.ts'
import type { Connection, Frame, Peer, SessionSocket } from './session-socket.ts'

const clientMessage = door(ClientMessageSchema)

/** A socket that holds more than this is full: it is skipped until it drains. */
const FULL_BYTES = 256 * 1024

/** A client that keeps sending what cannot be understood is closed. */
const BAD_MESSAGES = 20

export interface SessionLimits {
  readonly helloMs: number
  readonly heartbeatMs: number
  readonly messageBytes: number
}

/** What a session needs from the house. */
export interface SessionHouse {
  readonly hub: Hub
  readonly clock: Clock
  readonly limits: SessionLimits
  readonly version: string
  /** The panel's health as a frame; a new object whenever it changed. */
  health(): Frame
  ended(session: Session): void
}

/** Frames of events that sessions at the same position share within one flush; key: filter and offset. */
export type SharedFrames = Map<string, ReturnType<Hub['events']>>

/**
 * One viewer: a cursor into the log, a filter and a socket. It holds no events: whatever it has not been sent is in the
 * hub, and a socket that is full is simply passed over until it drains.
 */
export class Session implements Connection {
  #offset = 0
  #channels: Channel[] = []
  #filter: Filter = filterOf([])
  #live = false
  #ended = false
  #badMessages = 0
  #heard: number
  #healthSent: Frame | undefined
  readonly #stops: Stop[] = []

  constructor(
    readonly id: string,
    readonly peer: Peer,
    private readonly socket: SessionSocket,
    private readonly house: SessionHouse,
  ) {
    const { clock, limits } = house
    this.#heard = clock.monotonic()
    this.#stops.push(
      clock.after(limits.helloMs, () => {
        if (!this.#live) this.end(CLOSE_CODES.hello_timeout)
      }),
      clock.every(limits.heartbeatMs, () => this.#heartbeat()),
    )
  }

  receive(text: string): void {
    if (this.#ended) return
    this.#heard = this.house.clock.monotonic()
    const parsed = parseMessage(text, clientMessage)
    if (!parsed.ok) {
      this.#badMessages += 1
      this.#error(parsed.error.code, parsed.error.message)
      if (!this.#live || this.#badMessages >= BAD_MESSAGES) this.end(CLOSE_CODES.bad_message)
      return
    }
    this.#handle(parsed.value)
  }

  drained(): void {
    if (this.#ended || !this.#live) return
    this.#sendHealth()
    this.pump(new Map())
  }

  closed(): void {
    this.#finish()
  }

  /** Closes from our side. Idempotent. */
  end(close: CloseCode): void {
    if (this.#ended) return
    this.#finish()
    this.socket.close(close.code, close.reason)
  }

  /** Sends what this session has not seen yet, as far as its socket takes it. */
  pump(shared: SharedFrames): void {
    if (!this.#live || this.#ended) return
    const { hub } = this.house
    while (this.#offset < hub.head && this.socket.pending <= FULL_BYTES) {
      if (!hub.reaches(this.#offset)) {
        this.#sendSnapshot(true)
        continue
      }
      const key = `${this.#offset} ${this.#filter.key}`
      let slice = shared.get(key)
      if (!slice) {
        slice = hub.events(this.#offset, this.#filter)
        shared.set(key, slice)
      }
      this.#offset = slice.to
      if (slice.frame) this.socket.send(slice.frame)
    }
  }

  /** Sends the panel's health, if it is new and the socket is not full. */
  healthChanged(): void {
    if (this.#live && !this.#ended) this.#sendHealth()
  }

  #handle(message: ClientMessage): void {
    if (message.type === 'hello') {
      this.#hello(message)
      return
    }
    if (!this.#live) {
      this.#error('hello_expected', 'The first message must be a hello.')
      this.end(CLOSE_CODES.bad_message)
      return
    }
    switch (message.type) {
      case 'subscribe':
        this.#subscribe(message.id, message.channel)
        break
      case 'unsubscribe':
        this.#unsubscribe(message.id, message.channel)
        break
      case 'ping':
        this.socket.send(messageFrame({ type: 'pong', id: message.id, time: this.house.clock.now() }))
        break
      case 'pong':
        break
      default:
        message satisfies never
    }
  }

  #hello(hello: Hello): void {
    if (this.#live) {
      this.#error('hello_repeated', 'This session has already said hello.')
      return
    }
    if (hello.protocol !== PROTOCOL_VERSION) {
      this.end(CLOSE_CODES.protocol_unsupported)
      return
    }
    const channels = [...new Set(hello.channels ?? ['all'])]
    const unknown = channels.find((channel) => !isChannel(channel))
    if (unknown !== undefined) {
      this.#error('channel_unknown', `There is no channel "${unknown}".`)
      this.end(CLOSE_CODES.bad_message)
      return
    }
    const { hub, clock, limits, version } = this.house
    const from = hello.resume
    const resumed = from !== undefined && hub.canResume(from)
    this.#setChannels(channels)
    this.#live = true
    this.socket.send(
      messageFrame({
        type: 'welcome',
        protocol: PROTOCOL_VERSION,
        session: this.id,
        server: { name: 'andon', version },
        time: clock.now(),
        capabilities: { localDisplay: this.peer.kind === 'local' },
        limits: { messageBytes: limits.messageBytes, heartbeatMs: limits.heartbeatMs, channels: MAX_CHANNELS },
        resumed,
      }),
    )
    this.#sendHealth()
    if (resumed) {
      this.#offset = from.offset
      this.pump(new Map())
    } else {
      this.#sendSnapshot(from !== undefined)
    }
  }

  #subscribe(id: RequestId, channel: Channel): void {
    if (!isChannel(channel)) {
      this.#refuse(id, 'channel_unknown', `There is no channel "${channel}".`)
    } else if (this.#channels.length >= MAX_CHANNELS && !this.#channels.includes(channel)) {
      this.#refuse(id, 'channel_limit', `A session may have ${MAX_CHANNELS} channels; unsubscribe from one first.`)
    } else {
      this.#rechannel(id, [...new Set([...this.#channels, channel])])
    }
  }

  #unsubscribe(id: RequestId, channel: Channel): void {
    if (!this.#channels.includes(channel)) {
      this.#refuse(id, 'not_subscribed', `This session is not subscribed to "${channel}".`)
      return
    }
    this.#rechannel(
      id,
      this.#channels.filter((known) => known !== channel),
    )
  }

  /** Another filter is another state: the reply is followed by its snapshot, in the same tick. */
  #rechannel(id: RequestId, channels: Channel[]): void {
    this.socket.send(messageFrame({ type: 'reply', id, ok: true }))
    this.#setChannels(channels)
    this.#sendSnapshot(false)
  }

  #setChannels(channels: Channel[]): void {
    this.#channels = channels
    this.#filter = filterOf(channels)
  }

  /** A snapshot at the head; the next event sent is the one after it. */
  #sendSnapshot(reset: boolean): void {
    const { hub } = this.house
    this.#offset = hub.head
    this.socket.send(hub.snapshot(this.#filter, this.#channels, reset))
  }

  #sendHealth(): void {
    const frame = this.house.health()
    if (frame === this.#healthSent || this.socket.pending > FULL_BYTES) return
    this.#healthSent = frame
    this.socket.send(frame)
  }

  #heartbeat(): void {
    const { clock, hub, limits } = this.house
    if (clock.monotonic() - this.#heard >= 2 * limits.heartbeatMs) {
      this.end(CLOSE_CODES.heartbeat_lost)
    } else if (this.#live && this.socket.pending <= FULL_BYTES) {
      const position = { epoch: hub.epoch, offset: this.#offset }
      this.socket.send(messageFrame({ type: 'ping', time: clock.now(), position }))
    }
  }

  #refuse(id: RequestId, code: ErrorCode, message: string): void {
    this.socket.send(messageFrame({ type: 'reply', id, ok: false, error: { code, message } }))
  }

  #error(code: ErrorCode, message: string): void {
    this.socket.send(messageFrame({ type: 'error', error: { code, message } }))
  }

  #finish(): void {
    if (this.#ended) return
    this.#ended = true
    for (const stop of this.#stops) stop()
    this.house.ended(this)
  }
}
